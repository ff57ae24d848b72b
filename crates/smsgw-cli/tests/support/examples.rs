//! The examples in the help of the command, run as they stand there.

use std::path::Path;
use std::process::Command;

/// Runs each in a directory with these files; it must succeed.
pub(crate) fn run(command: &[&str], files: &[(&str, &str)]) {
    let tool = Path::new(env!("CARGO_BIN_EXE_smsgw"));
    let help = Command::new(tool).args(command).arg("--help").output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    let (_, after) = help.split_once("\nExample").unwrap();
    let examples = after.lines().filter(|line| line.starts_with("  smsgw "));
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(directory.path().join(name), content).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", tool.parent().unwrap().display());
    let mut count = 0;
    for example in examples {
        let output = Command::new("sh")
            .args(["-c", example])
            .current_dir(directory.path())
            .env("PATH", &path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{example} {output:?}");
        count += 1;
    }
    assert!(count > 0, "{help}");
}
