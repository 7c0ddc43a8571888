//! Hostile programs: none escapes, and none outlives its run, with namespaces and without.

use std::{
    fs,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net::{UnixDatagram, UnixListener},
    },
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use ponder::execution::{
    Limits, Namespaces, Runner, Sandbox, Verdict,
    case::{Case, Check},
    run_cases,
    sandbox::{End, Job, Run, Status},
};

use super::support::{alive, repository, sandbox, short, soon, unique};

const BOTH: [Namespaces; 2] = [Namespaces::Try, Namespaces::Without];

/// Things outside that a program may try to reach: a folder with a file, two sockets, and a port.
struct Outside {
    folder: tempfile::TempDir,
    port: TcpListener,
    sockets: (UnixListener, UnixDatagram),
    before: Vec<(String, Vec<u8>, u32, i64)>,
}

impl Outside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Nothing but the sandbox keeps a program out of here.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let canary = folder.path().join("canary");
        fs::write(&canary, "untouched").unwrap();
        fs::set_permissions(canary, fs::Permissions::from_mode(0o666)).unwrap();
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let datagrams = UnixDatagram::bind(folder.path().join("datagrams")).unwrap();
        for socket in ["socket", "datagrams"] {
            let open = fs::Permissions::from_mode(0o777);
            fs::set_permissions(folder.path().join(socket), open).unwrap();
        }
        datagrams.set_nonblocking(true).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        port.set_nonblocking(true).unwrap();
        let mut outside = Self { folder, port, sockets: (listener, datagrams), before: Vec::new() };
        outside.before = outside.seen();
        outside
    }

    /// Names, contents, modes and times of what is there.
    fn seen(&self) -> Vec<(String, Vec<u8>, u32, i64)> {
        let mut seen: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                let text = fs::read(entry.path()).unwrap_or_default();
                let name = entry.file_name().into_string().unwrap();
                (name, text, metadata.mode(), metadata.mtime())
            })
            .collect();
        seen.sort();
        seen
    }

    fn assert_unchanged(&self) {
        assert_eq!(self.seen(), self.before, "something outside has changed");
        assert!(self.port.accept().is_err(), "somebody has connected");
        assert!(self.sockets.1.recv(&mut [0; 16]).is_err(), "somebody has sent a datagram");
        for path in [repository().join("changed"), "/changed".into(), "/usr/lib/changed".into()] {
            assert!(!path.exists(), "{} was made", path.display());
        }
    }

    /// A program of `tests/data/hostile`, told where things are.
    fn program(&self, name: &str) -> String {
        let path = repository().join("tests/data/hostile").join(name);
        let text = fs::read_to_string(path).unwrap();
        let parent = std::process::id().to_string();
        let home = std::env::home_dir().unwrap_or_else(|| "/root".into());
        let own_group = group();
        [
            ("@OUTSIDE@", self.folder.path().to_str().unwrap()),
            ("@REPOSITORY@", repository().to_str().unwrap()),
            ("@HOME@", home.to_str().unwrap()),
            ("@PORT@", &self.port.local_addr().unwrap().port().to_string()),
            ("@PARENT@", &parent),
            ("@GROUP@", &own_group),
        ]
        .into_iter()
        .fold(text, |text, (word, value)| text.replace(word, value))
    }
}

/// The process group of this test, as the kernel tells it.
fn group() -> String {
    let status = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = status.rsplit_once(')').unwrap().1;
    after_name.split_whitespace().nth(2).unwrap().to_owned()
}

/// Runs a program under a name of its own, and checks that nothing of it is left and nothing outside has changed.
async fn run(sandbox: &Sandbox, outside: &Outside, program: String) -> Run {
    let main = format!("{}.py", unique());
    let job =
        Job { files: vec![(main.clone(), program)], main: main.clone(), stdin: String::new() };
    let run = sandbox.run(job).await.unwrap();
    assert_eq!(alive(&main), Vec::<String>::new(), "it outlives its run");
    outside.assert_unchanged();
    let escaped = shown(&run.stdout).contains("ESCAPED") || shown(&run.stderr).contains("ESCAPED");
    assert!(!escaped, "{}", shown(&run.stdout));
    run
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a program with and without namespaces.
async fn both(name: &str, limits: Limits, check: impl Fn(&Run)) {
    for namespaces in BOTH {
        let Some(sandbox) = sandbox(namespaces, limits).await else { continue };
        let outside = Outside::new();
        let run = run(&sandbox, &outside, outside.program(name)).await;
        eprintln!(
            "{name} ({namespaces:?}): {:?} {:?}\n{}{}",
            run.end,
            run.status,
            shown(&run.stdout),
            shown(&run.stderr)
        );
        check(&run);
    }
}

/// It ran to its end and everything it tried was refused.
fn all_refused(run: &Run) {
    assert_eq!((run.end, run.status), (End::Exited, Status::Code(0)), "{}", shown(&run.stderr));
    assert!(shown(&run.stdout).contains("refused"), "{}", shown(&run.stdout));
}

/// The verdict on a program, as a test of it gives it.
async fn verdict(name: &str, limits: Limits) -> Vec<(Verdict, String)> {
    let mut verdicts = Vec::new();
    for namespaces in BOTH {
        let Some(sandbox) = sandbox(namespaces, limits).await else { continue };
        let outside = Outside::new();
        let check = Check::Stdin { input: String::new(), output: "ESCAPED".to_owned() };
        let cases = [Case { id: name.to_owned(), check }];
        let program = outside.program(name);
        let report = run_cases(&sandbox, &program, &cases, Runner::default()).await.unwrap();
        outside.assert_unchanged();
        let outcome = &report.tests[0];
        assert!(!outcome.stdout.contains("ESCAPED"), "{}", outcome.stdout);
        verdicts.push((outcome.verdict, outcome.reason.clone().unwrap_or_default()));
    }
    assert!(!verdicts.is_empty());
    verdicts
}

async fn assert_verdict(name: &str, expected: Verdict, words: &str) {
    for (verdict, reason) in verdict(name, short()).await {
        assert_eq!(verdict, expected, "{name}: {reason}");
        assert!(reason.contains(words), "{name}: {reason}");
    }
}

#[test]
fn the_programs_escape_where_there_is_no_sandbox() {
    let outside = Outside::new();
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "network.py",
        "connect.py",
        "read_outside.py",
        "links.py",
        "fork_once.py",
        "spawn.py",
        "memory_outside.py",
        "environment.py",
    ] {
        // What would change anything else than the folder made for it is left out.
        let program = outside.program(name);
        fs::write(folder.path().join("program.py"), program).unwrap();
        let output = Command::new("python3")
            .args(["-I", "-B", "program.py"])
            .current_dir(folder.path())
            .env("SECRET", "1")
            .output()
            .unwrap();
        let stdout = shown(&output.stdout);
        assert!(stdout.contains("ESCAPED"), "{name}: {stdout}{}", shown(&output.stderr));
    }
    assert_ne!(outside.seen(), outside.before, "writing through a link changes the file");
}

#[tokio::test]
async fn a_fork_bomb_is_refused_its_first_process() {
    assert_verdict("fork_bomb.py", Verdict::Denied, "not permitted").await;
    assert_verdict("fork_once.py", Verdict::Denied, "not permitted").await;
    assert_verdict("spawn.py", Verdict::Denied, "refused").await;
}

#[tokio::test]
async fn a_fork_bomb_with_some_processes_is_bounded_and_ends() {
    let limits = Limits { wall: Duration::from_secs(2), processes: 8, ..short() };
    both("fork_bomb.py", limits, |run| {
        assert_ne!(run.status, Status::Code(0));
        assert!(run.wall < Duration::from_secs(20), "{:?}", run.wall);
    })
    .await;
}

#[tokio::test]
async fn threads_are_bounded() {
    assert_verdict("thread_bomb.py", Verdict::Crash, "can't start new thread").await;
}

#[tokio::test]
async fn memory_is_bounded() {
    let limits = Limits { memory: 256 << 20, ..short() };
    for (verdict, reason) in verdict("memory_bomb.py", limits).await {
        assert_eq!(
            (verdict, reason.as_str()),
            (Verdict::Crash, "it needs more than 256 MiB of memory")
        );
    }
    both("memory_outside.py", short(), all_refused).await;
}

#[tokio::test]
async fn the_disk_is_bounded() {
    assert_verdict("disk_filler.py", Verdict::Crash, "64 MiB").await;
    assert_verdict("big_file.py", Verdict::Crash, "64 MiB").await;
    assert_verdict("many_files.py", Verdict::Crash, "1000 files").await;
}

#[tokio::test]
async fn there_is_no_network() {
    both("network.py", short(), all_refused).await;
    assert_verdict("connect.py", Verdict::Denied, "not permitted").await;
    for (verdict, _) in verdict("dns.py", short()).await {
        // The resolver tells of a failure in its own words.
        assert!(matches!(verdict, Verdict::Crash | Verdict::Denied), "{verdict:?}");
    }
}

#[tokio::test]
async fn nothing_outside_is_read() {
    both("read_outside.py", short(), all_refused).await;
}

#[tokio::test]
async fn nothing_outside_is_changed() {
    both("write_outside.py", short(), all_refused).await;
    both("links.py", short(), all_refused).await;
}

#[tokio::test]
async fn signals_reach_nobody() {
    both("signals.py", short(), all_refused).await;
    both("owners.py", short(), all_refused).await;
    // With children it may signal those; nobody outside of the namespace is among them.
    let limits = Limits { processes: 4, ..short() };
    let Some(sandbox) = sandbox(Namespaces::Try, limits).await else { return };
    let outside = Outside::new();
    let main = format!("{}.py", unique());
    let program = outside.program("signals.py");
    let job =
        Job { files: vec![(main.clone(), program)], main: main.clone(), stdin: String::new() };
    // It may end itself with the signal that it sends to everybody; that we are here is the proof.
    sandbox.run(job).await.unwrap();
    assert_eq!(alive(&main), Vec::<String>::new());
    outside.assert_unchanged();
}

#[tokio::test]
async fn a_daemon_ends_with_its_run() {
    let limits = Limits { processes: 8, ..short() };
    both("daemon.py", limits, |run| assert!(shown(&run.stdout).contains("started"))).await;
    both("orphans.py", limits, |run| assert!(shown(&run.stdout).contains("ended"))).await;
    assert_verdict("daemon.py", Verdict::Denied, "not permitted").await;
}

#[tokio::test]
async fn zombies_are_bounded_and_reaped() {
    let limits = Limits { processes: 8, ..short() };
    both("zombies.py", limits, all_refused).await;
}

#[tokio::test]
async fn what_does_not_end_is_ended() {
    let limits = Limits { wall: Duration::from_secs(1), ..short() };
    for name in ["ignore_signals.py", "stop_itself.py", "silent.py", "sleep.py"] {
        let started = Instant::now();
        for (verdict, reason) in verdict(name, limits).await {
            assert_eq!(
                (verdict, reason.as_str()),
                (Verdict::Timeout, "it did not end within 1 s"),
                "{name}"
            );
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{name}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn the_time_of_processors_is_bounded() {
    let limits = Limits { wall: Duration::from_secs(30), cpu: Duration::from_secs(1), ..short() };
    for name in ["spin.py", "ignore_signals.py"] {
        for (verdict, reason) in verdict(name, limits).await {
            assert_eq!(
                (verdict, reason.as_str()),
                (Verdict::Timeout, "it used 1 s of processor time"),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn output_is_bounded() {
    for name in ["endless_output.py", "endless_errors.py"] {
        assert_verdict(name, Verdict::Crash, "more than 1 MiB of output").await;
        both(name, short(), |run| {
            assert_eq!(run.end, End::Output);
            assert!(run.stdout.len() + run.stderr.len() <= 1 << 20);
        })
        .await;
    }
}

#[tokio::test]
async fn hostile_system_calls_end_the_program() {
    // By their numbers on x86-64.
    #[cfg(target_arch = "x86_64")]
    let calls = [
        ("ptrace", "101, 16, 1, 0, 0"),
        ("process_vm_readv", "310, 1, 0, 0, 0, 0, 0"),
        ("mount", "165, 0, 0, 0, 0, 0"),
        ("umount2", "166, 0, 0"),
        ("chroot", "161, b'/'"),
        ("pivot_root", "155, b'.', b'.'"),
        ("unshare", "272, 0x10000000"),
        ("setns", "308, 0, 0"),
        ("clone with a namespace", "56, 0x10000011, 0, 0, 0, 0"),
        ("bpf", "321, 0, 0, 0"),
        ("perf_event_open", "298, 0, 0, -1, -1, 0"),
        ("userfaultfd", "323, 0"),
        ("io_uring_setup", "425, 8, 0"),
        ("keyctl", "250, 0, 0, 0, 0, 0"),
        ("kexec_load", "246, 0, 0, 0, 0"),
        ("init_module", "175, 0, 0, 0"),
        ("reboot", "169, 0, 0, 0, 0"),
        ("open_by_handle_at", "304, 0, 0, 0"),
        ("iopl", "172, 3"),
    ];
    #[cfg(target_arch = "x86_64")]
    system_calls(&calls, Status::Signal(31)).await;
}

#[tokio::test]
async fn other_system_calls_are_refused() {
    #[cfg(target_arch = "x86_64")]
    let calls = [
        ("socket", "41, 2, 1, 0"),
        ("clone3", "435, 0, 0"),
        ("fork", "57"),
        ("vfork", "58"),
        ("memfd_create", "319, b'x', 0"),
        ("setsid", "112"),
        ("setpgid", "109, 0, 0"),
        ("tkill of the first process", "200, 1, 9"),
        ("prctl: dumpable", "157, 4, 1, 0, 0, 0"),
        ("seccomp", "317, 1, 0, 0"),
        ("prlimit of the first process", "302, 1, 7, 0, 0"),
        ("a call of the other kind", "0x40000000 + 41, 2, 1, 0"),
        ("a call that does not exist yet", "999"),
        ("landlock", "444, 0, 0, 1"),
        ("personality", "135, 0x0040000"),
    ];
    #[cfg(target_arch = "x86_64")]
    system_calls(&calls, Status::Code(1)).await;
}

#[cfg(target_arch = "x86_64")]
async fn system_calls(calls: &[(&str, &str)], status: Status) {
    for namespaces in BOTH {
        let Some(sandbox) = sandbox(namespaces, short()).await else { continue };
        let outside = Outside::new();
        for (name, call) in calls {
            let program = outside.program("system_call.py").replace("@CALL@", call);
            let run = run(&sandbox, &outside, program).await;
            assert_eq!(run.status, status, "{name} ({namespaces:?}): {}", shown(&run.stderr));
        }
    }
}

#[tokio::test]
async fn other_programs_are_not_started() {
    assert_verdict("memfd_exec.py", Verdict::Denied, "not permitted").await;
    assert_verdict("exec_written.py", Verdict::Denied, "").await;
    both("setuid.py", short(), all_refused).await;
}

#[tokio::test]
async fn nothing_is_inherited_and_limits_are_not_raised() {
    both("descriptors.py", short(), all_refused).await;
    both("raise_limits.py", short(), all_refused).await;
    both("environment.py", short(), all_refused).await;
}

#[tokio::test]
async fn a_broken_interpreter_is_a_crash() {
    for (verdict, reason) in verdict("recursion.py", short()).await {
        assert_eq!(verdict, Verdict::Crash, "{reason}");
    }
}

#[tokio::test]
async fn nothing_is_left_on_the_disk() {
    let Some(sandbox) = sandbox(Namespaces::Without, short()).await else { return };
    let outside = Outside::new();
    let program =
        "import os\nos.makedirs('a/b')\nopen('a/b/c', 'w').write('x')\nprint(os.getcwd())\n";
    let run = run(&sandbox, &outside, program.to_owned()).await;
    let scratch = shown(&run.stdout).trim().to_owned();
    assert!(scratch.contains("ponder-exec-"), "{scratch}");
    soon("the scratch folder is removed", || !Path::new(&scratch).exists());
}
