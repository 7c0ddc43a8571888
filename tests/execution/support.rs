//! Sandboxes to test, and what is alive on this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use ponder::execution::{LayerKind, Limits, Namespaces, Sandbox, SandboxOptions};

/// The program that plays the stages.
pub(crate) fn stages() -> PathBuf {
    env!("CARGO_BIN_EXE_ponder").into()
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A sandbox; nothing if it should have namespaces and this machine gives none, which fails unless that is accepted.
pub(crate) async fn sandbox(namespaces: Namespaces, limits: Limits) -> Option<Sandbox> {
    // Without namespaces a program of root becomes another user only if that one may read the interpreter.
    let system = Path::new("/usr/bin/python3");
    let python = (namespaces == Namespaces::Without && system.exists()).then(|| system.to_owned());
    let options = SandboxOptions {
        stages: Some(stages()),
        python,
        limits,
        namespaces,
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    let alone = sandbox.protection().has(LayerKind::PidNamespace);
    if namespaces == Namespaces::Try && !alone {
        let reasons = sandbox.protection().reasons();
        eprintln!("NOT TESTED: this machine gives no namespaces ({reasons})");
        let accepted = std::env::vars().any(|(name, _)| name == "PONDER_TEST_WITHOUT_NAMESPACES");
        assert!(
            accepted,
            "set PONDER_TEST_WITHOUT_NAMESPACES=1 to test only what this machine gives"
        );
        return None;
    }
    assert_eq!(alone, namespaces == Namespaces::Try);
    Some(sandbox)
}

/// Limits in which a test is done soon. The clock leaves room for a busy machine: which of the two times ends a program
/// must not be chance.
pub(crate) fn short() -> Limits {
    Limits { wall: Duration::from_secs(120), cpu: Duration::from_secs(5), ..Limits::default() }
}

/// The processes whose command line contains this.
pub(crate) fn alive(marker: &str) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else { panic!("there is no /proc to search") };
    let lines = processes.flatten().filter_map(|process| {
        let line = fs::read(process.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains(marker).then(|| format!("{}: {line}", process.path().display()))
    });
    lines.collect()
}

/// Waits until something holds, for at most some seconds.
pub(crate) fn soon(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10), "not in ten seconds: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A text that is nowhere else.
pub(crate) fn unique() -> String {
    format!("marker_{}", uuid::Uuid::new_v4().simple())
}
