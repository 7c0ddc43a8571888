//! What is said about ordinary programs.

use std::{path::PathBuf, process::Command, time::Duration};

use ponder::execution::{
    Limits, Namespaces, PartialProtection, Report, Runner, Sandbox, SandboxOptions, Verdict,
    cases::{PrivateTests, read},
    run_cases,
    statement::examples_in_statement,
};

use super::support::{sandbox, short, stages};

async fn report(solution: &str, tests: &str) -> Report {
    let namespaces = Namespaces::Without;
    let sandbox = sandbox(namespaces, short()).await.expect("this needs no namespaces");
    let cases = read(tests, PrivateTests::Run).unwrap();
    run_cases(&sandbox, solution, &cases, Runner::default()).await.unwrap()
}

/// The verdicts and the reasons, one a line.
fn told(report: &Report) -> String {
    let line = |outcome: &ponder::execution::Outcome| {
        let reason = outcome.reason.as_deref().unwrap_or_default();
        format!("{}: {} {reason}", outcome.id, outcome.verdict.as_str()).trim().to_owned()
    };
    report.tests.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn standard_input_and_output() {
    let solution = "import sys
numbers = list(map(int, sys.stdin.read().split()))
if numbers == [0]:
    raise ValueError('zero')
if numbers == [1]:
    sys.exit(3)
if numbers == [2]:
    import os; os.abort()
if numbers == [3]:
    while True: pass
if numbers == [4]:
    print('a'); print('b'); sys.exit()
print(sum(numbers))
";
    let tests = r#"[
        {"id": "right", "stdin": "2 3\n", "stdout": "5"}, {"id": "wrong", "stdin": "2 3", "stdout": "6"},
        {"id": "exception", "stdin": "0", "stdout": "0"}, {"id": "exit code", "stdin": "1", "stdout": "1"},
        {"id": "signal", "stdin": "2", "stdout": "2"}, {"id": "endless", "stdin": "3", "stdout": "3"},
        {"id": "lines", "stdin": "4", "stdout": "a\nc"}
    ]"#;
    let report = report(solution, tests).await;
    insta::assert_snapshot!(told(&report), @"
    right: pass
    wrong: fail line 1: expected `6`, got `5`
    exception: crash it raised ValueError: zero
    exit code: crash it ended with exit code 3
    signal: crash it ended with signal 6 (abort)
    endless: timeout it used 5 s of processor time
    lines: fail line 2: expected `c`, got `b`
    ");
    let right = &report.tests[0];
    assert_eq!(right.stdout, "5\n");
    assert!(right.cpu_seconds > 0.0 && right.cpu_seconds < 5.0, "{}", right.cpu_seconds);
    assert!(right.peak_memory > 1 << 20 && right.peak_memory < 1 << 30, "{}", right.peak_memory);
    assert!(report.tests[5].cpu_seconds > 1.0, "an endless loop costs time");
}

#[tokio::test]
async fn calls_of_functions() {
    let solution = "
class Solution:
    def addTwo(self, a: int, b: int) -> int:
        print('noise')
        return a + b
    def pairs(self, items: List[int]) -> List[Tuple[int, int]]:
        return [(item, item * item) for item in items]

def half(x):
    return x / 3
def big(n):
    return 10 ** n
def unique(items):
    return set(items)
def counted(text):
    return Counter(text)
def nothing():
    pass
def odd():
    return object
";
    let tests = r#"[
        {"function": "addTwo", "arguments": [1, 2], "expected": 3},
        {"function": "addTwo", "arguments": {"b": 1, "a": 2}, "expected": 3},
        {"call": "addTwo(2, 2)", "expect": 5},
        {"function": "pairs", "arguments": [[1, 2]], "expected": [[1, 1], [2, 4]]},
        {"call": "half(1)", "expect": 0.333333333},
        {"call": "big(40)", "expect": 10000000000000000000000000000000000000000},
        {"call": "big(40)", "expect": 10000000000000000000000000000000000000001},
        {"call": "unique([1, 1, 2])", "expect": {2, 1}},
        {"call": "counted('aab')", "expect": {"a": 2, "b": 1}},
        {"call": "nothing()", "expect": null},
        {"call": "odd()", "expect": 1},
        {"function": "missing", "arguments": [], "expected": 1},
        {"function": "half", "arguments": [], "expected": 1},
        {"arguments": {"items": [3]}, "expected": [[3, 9]]}
    ]"#;
    insta::assert_snapshot!(told(&report(solution, tests).await), @r#"
    1: pass
    2: pass
    3: fail expected 5, got 4
    4: pass
    5: pass
    6: pass
    7: fail expected 10000000000000000000000000000000000000001, got 10000000000000000000000000000000000000000
    8: pass
    9: pass
    10: pass
    11: fail expected 1, got "<class 'object'>"
    12: crash it raised NameError: the solution defines no function 'missing'
    13: crash it raised TypeError: half() missing 1 required positional argument: 'x'
    14: pass
    "#);
}

#[tokio::test]
async fn a_solution_cannot_pretend_a_result() {
    let solution = "import os, sys
def f(how):
    if how == 'print': print('42')
    if how == 'exit': os.write(1, b'42'); sys.exit(0)
    if how == 'leave': os._exit(0)
    return 1
";
    let tests = r#"[
        {"call": "f('print')", "expect": 42}, {"call": "f('exit')", "expect": 42}, {"call": "f('leave')", "expect": 42}
    ]"#;
    insta::assert_snapshot!(told(&report(solution, tests).await), @"
    1: fail expected 42, got 1
    2: fail it ended without a result
    3: fail it ended without a result
    ");
}

#[tokio::test]
async fn examples_of_statements() {
    let sandbox = sandbox(Namespaces::Without, short()).await.expect("this needs no namespaces");
    let run = async |statement: &str, solution: &str| {
        let cases = examples_in_statement(statement);
        let runner = Runner::default();
        told(&run_cases(&sandbox, solution, &cases, runner).await.unwrap())
    };
    let leetcode = "Example 1:\nInput: nums = [2,7,11,15], target = 9\nOutput: [0,1]\n\nExample 2:\nInput: nums = [3,3], target = 6\nOutput: [1,0]\n";
    let solution = "class Solution:
    def twoSum(self, nums: List[int], target: int) -> List[int]:
        seen = {}
        for i, n in enumerate(nums):
            if target - n in seen:
                return [seen[target - n], i]
            seen[n] = i
";
    insta::assert_snapshot!(run(leetcode, solution).await, @"
    example-1: pass
    example-2: fail at [0]: expected 1, got 0
    ");
    let chinese = "输入两个整数，输出它们的和。\n\n【样例输入】\n1 2\n\n【样例输出】\n3\n";
    assert_eq!(run(chinese, "print(sum(map(int, input().split())))").await, "example-1: pass");
    let doctests = "def f(n):\n    \"\"\"\n    >>> x = 2\n    >>> f(x)\n    3\n    >>> f('a')\n    Traceback (most recent call last):\n    TypeError: can only concatenate str (not \"int\") to str\n    >>> print(f(0)); f(1)\n    1\n    3\n    \"\"\"\n    return n + 1\n";
    insta::assert_snapshot!(run(doctests, doctests).await, @"
    example-1: pass
    example-2: pass
    example-3: fail line 2: expected `3`, got `2`
    ");
}

#[tokio::test]
async fn threads_with_a_large_stack_and_event_loops_work() {
    // What solutions of contests do, and a sandbox easily breaks.
    let solution = "
import sys, threading, asyncio, tempfile, random, decimal, fractions, functools, json, uuid, zoneinfo, ctypes, sqlite3
def main():
    def deep(n):
        return 0 if n == 0 else 1 + deep(n - 1)
    print(deep(50_000))
    async def answer():
        await asyncio.sleep(0.01)
        return 42
    print(asyncio.run(answer()))
    with tempfile.NamedTemporaryFile('w') as file:
        file.write('x'); file.flush()
        print(open(file.name).read())
    print(sqlite3.connect(':memory:').execute('select 1 + 1').fetchone()[0])
sys.setrecursionlimit(200_000)
threading.stack_size(256 << 20)
thread = threading.Thread(target=main)
thread.start()
thread.join()
";
    let tests = r#"[{"stdout": "50000\n42\nx\n2"}]"#;
    assert_eq!(told(&report(solution, tests).await), "1: pass");
    let Some(sandbox) = sandbox(Namespaces::Try, short()).await else { return };
    let cases = read(tests, PrivateTests::Run).unwrap();
    let report = run_cases(&sandbox, solution, &cases, Runner::default()).await.unwrap();
    assert_eq!(told(&report), "1: pass");
}

#[tokio::test]
async fn a_virtual_environment_runs() {
    let folder = tempfile::tempdir().unwrap();
    let made =
        Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(folder.path()).status();
    assert!(made.unwrap().success(), "python3 -m venv is needed");
    let python: PathBuf = folder.path().join("bin/python3");
    for namespaces in [Namespaces::Try, Namespaces::Without] {
        let options = SandboxOptions {
            stages: Some(stages()),
            python: Some(python.clone()),
            namespaces,
            // Root may read a folder that others may not; that is for the other tests.
            partial: PartialProtection::Refuse,
            limits: Limits { wall: Duration::from_secs(10), ..Limits::default() },
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let cases = read(r#"[{"stdout": "True"}]"#, PrivateTests::Run).unwrap();
        let solution = "import sys; print(sys.prefix != sys.base_prefix)";
        let report = run_cases(&sandbox, solution, &cases, Runner::default()).await.unwrap();
        assert_eq!(report.tests[0].verdict, Verdict::Pass, "{:?}", report.tests[0]);
    }
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let options = |python: &str| SandboxOptions {
        stages: Some(stages()),
        python: Some(python.into()),
        ..SandboxOptions::default()
    };
    let error = Sandbox::start(options("/no/such/python")).await.unwrap_err();
    assert!(error.is_unavailable());
    insta::assert_snapshot!(error, @"/no/such/python cannot be started: No such file or directory (os error 2); install Python 3, or say where it is with --python");
    let error = Sandbox::start(options("/bin/echo")).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
}
