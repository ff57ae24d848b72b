//! Input from the command line or standard input, one answer a line.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::ExitCode;

/// Where the answers go.
pub(crate) type Out = io::BufWriter<io::StdoutLock<'static>>;

/// Answers every input; one that is `-`, or none, is the lines of standard input.
///
/// `answer` says whether its line was good; the exit status is 1 when one was not.
pub(crate) fn run(
    inputs: &[String],
    mut answer: impl FnMut(&[u8], &mut Out) -> io::Result<bool>,
) -> ExitCode {
    let mut out = Out::new(io::stdout().lock());
    let mut failed = false;
    let mut line = |line: &[u8], out: &mut Out| -> io::Result<()> {
        failed |= !answer(line, out)?;
        Ok(())
    };
    let done = if inputs.is_empty() || inputs == ["-"] {
        stdin(&mut line, &mut out)
    } else {
        inputs
            .iter()
            .try_for_each(|input| line(input.as_bytes(), &mut out))
    };
    match done.and_then(|()| out.flush()) {
        Ok(()) if !failed => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        // `smsgw decode ... | head`
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("smsgw: {error}");
            ExitCode::FAILURE
        }
    }
}

fn stdin(
    answer: &mut impl FnMut(&[u8], &mut Out) -> io::Result<()>,
    out: &mut Out,
) -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        answer(&line, out)?;
        line.clear();
        // Whoever feeds us line by line may wait for the answer.
        if input.buffer().is_empty() {
            out.flush()?;
        }
    }
    Ok(())
}
