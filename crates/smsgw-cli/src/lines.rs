//! Input from the command line or standard input, one answer a line.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::ExitCode;

/// Where the answers go.
pub(crate) type Out = io::BufWriter<io::StdoutLock<'static>>;

/// Answers inputs one by one, or some of them together.
pub(crate) trait Answer {
    /// Takes an input; says whether it was good.
    fn line(&mut self, line: &[u8], out: &mut Out) -> io::Result<bool>;

    /// No more input is there yet: somebody may wait.
    fn pause(&mut self, _out: &mut Out) -> io::Result<()> {
        Ok(())
    }

    /// There is no more input.
    fn end(&mut self, _out: &mut Out) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut(&[u8], &mut Out) -> io::Result<bool>> Answer for F {
    fn line(&mut self, line: &[u8], out: &mut Out) -> io::Result<bool> {
        self(line, out)
    }
}

/// Answers every input; one that is `-`, or none, is the lines of standard input.
///
/// `answer` says whether its line was good; the exit status is 1 when one was not.
pub(crate) fn run(
    inputs: &[String],
    answer: impl FnMut(&[u8], &mut Out) -> io::Result<bool>,
) -> ExitCode {
    run_all(inputs, answer)
}

/// The same for answers that are not one to a line.
pub(crate) fn run_all(inputs: &[String], mut answer: impl Answer) -> ExitCode {
    let mut out = Out::new(io::stdout().lock());
    let mut failed = false;
    let done = if inputs.is_empty() || inputs == ["-"] {
        stdin(&mut answer, &mut failed, &mut out)
    } else {
        inputs.iter().try_for_each(|input| {
            failed |= !answer.line(input.as_bytes(), &mut out)?;
            Ok(())
        })
    };
    let done = done.and_then(|()| answer.end(&mut out));
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

fn stdin(answer: &mut impl Answer, failed: &mut bool, out: &mut Out) -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        *failed |= !answer.line(&line, out)?;
        line.clear();
        // Whoever feeds us line by line may wait for the answer.
        if input.buffer().is_empty() {
            answer.pause(out)?;
            out.flush()?;
        }
    }
    Ok(())
}
