//! Runs that nobody waits for any more: everything ends at once.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use ponder::execution::{Limits, Namespaces, sandbox::Job};

use super::support::{alive, sandbox, short, soon, stages, unique};

/// Starts two children that ignore everything, says where it is, and sleeps.
const FAMILY: &str = "import os, signal, time
for _ in range(2):
    if os.fork() == 0:
        for number in (1, 2, 15):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(600)
open('here', 'w').write('x')
time.sleep(600)
";

#[tokio::test]
async fn dropping_a_run_ends_everything() {
    for namespaces in [Namespaces::Try, Namespaces::Without] {
        let limits = Limits { processes: 4, wall: Duration::from_secs(600), ..short() };
        let Some(sandbox) = sandbox(namespaces, limits).await else { continue };
        let main = format!("{}.py", unique());
        let files = vec![(main.clone(), FAMILY.to_owned())];
        let job = Job { files, main: main.clone(), stdin: String::new() };
        let running = {
            let sandbox = sandbox.clone();
            tokio::spawn(async move { sandbox.run(job).await })
        };
        while alive(&main).len() < 3 {
            assert!(!running.is_finished(), "it ended by itself");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        soon("all processes have ended", || alive(&main).is_empty());
    }
}

/// `ponder exec` with a program that has children, and the name under which they run: their first file is called the
/// same in every run, so they are known by a name that they give themselves.
fn command(folder: &Path) -> (Command, String) {
    let marker: String = unique().chars().skip(7).take(14).collect();
    let program = format!(
        "import ctypes, time\nctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\ntime.sleep(600)\n"
    );
    fs::write(folder.join("solution.py"), program).unwrap();
    fs::write(folder.join("tests.json"), r#"[{"stdout": "x"}]"#).unwrap();
    let mut command = Command::new(stages());
    command
        .current_dir(folder)
        .args(["exec", "solution.py", "--tests", "tests.json", "--time", "600s"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    (command, marker)
}

fn named(marker: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut names =
        processes.filter_map(|process| fs::read_to_string(process.path().join("comm")).ok());
    names.any(|name| name.trim() == marker)
}

#[test]
fn ctrl_c_and_even_a_kill_of_ponder_end_everything() {
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        let folder = tempfile::tempdir().unwrap();
        let (mut command, marker) = command(folder.path());
        let child = command.spawn().unwrap();
        soon("the program runs", || named(&marker));
        let killed = Command::new("/bin/sh")
            .args(["-c", &format!("kill -{signal} {}", child.id())])
            .status()
            .unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{}", String::from_utf8_lossy(&output.stderr));
        soon("the program has ended", || !named(&marker));
    }
}
