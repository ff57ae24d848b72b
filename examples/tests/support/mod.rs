//! What the tests of the examples share.

#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod relay;

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// An example with these arguments; it ends with the test.
pub(crate) fn example(name: &str, args: &[&str]) -> Child {
    start(name, args, Stdio::null())
}

/// The same, with this as its standard input.
pub(crate) fn example_with_input(name: &str, args: &[&str], input: &str) -> Child {
    let mut example = start(name, args, Stdio::piped());
    let mut stdin = example.stdin.take().unwrap();
    let input = input.to_owned();
    tokio::spawn(async move {
        // One that ends without reading it is judged by what it says.
        let _ = stdin.write_all(input.as_bytes()).await;
    });
    example
}

fn start(name: &str, args: &[&str], input: Stdio) -> Child {
    // This test is in `deps`, the examples are beside that.
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(name);
    path.set_extension(std::env::consts::EXE_EXTENSION);
    Command::new(&path)
        .args(args)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Insists that it does not take for ever.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("in time")
}

/// The lines of an example that listens, and where it does, which is the first of them.
pub(crate) async fn listening(example: &mut Child) -> (String, Lines<BufReader<ChildStdout>>) {
    let mut lines = BufReader::new(example.stdout.take().unwrap()).lines();
    let first = within(lines.next_line()).await.unwrap().unwrap();
    let address = first.strip_prefix("listening on ").unwrap().to_owned();
    (address, lines)
}
