//! Where fields of a line begin and end.

use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_till, take_while};
use nom::character::complete::{char, one_of};
use nom::combinator::{eof, map, opt, peek};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::Form;

/// A prefix and its colon. `+CSMS=(0)` was seen, and `+CMGS 12`.
pub(super) fn start<'a>(prefix: &str, line: &'a str) -> IResult<&'a str, ()> {
    let sign = preceded(blanks, one_of(":="));
    let end = peek(alt((map(one_of(" \t\"("), drop), eof.map(drop))));
    let after = alt((map(sign, drop), map(end, drop)));
    let (rest, _) = preceded(blanks, (tag_no_case(prefix), after)).parse(line)?;
    Ok((rest, ()))
}

fn blanks(input: &str) -> IResult<&str, &str> {
    take_while(is_blank).parse(input)
}

pub(super) fn field(input: &str) -> IResult<&str, (Form, &str)> {
    alt((
        map(quoted, |text| (Form::Quoted, text)),
        map(group, |text| (Form::Group, text)),
        map(bare, |text| (Form::Bare, text)),
    ))
    .parse(input)
}

fn bare(input: &str) -> IResult<&str, &str> {
    map(take_till(|character| character == ','), |text: &str| {
        text.trim_end_matches(is_blank)
    })
    .parse(input)
}

/// To the quote that closes it. Where one is missing it ends before the comma.
fn quoted(input: &str) -> IResult<&str, &str> {
    let (body, _) = char('"').parse(input)?;
    let mut quotes = body.match_indices(['"', ',']);
    let end = quotes.find_map(|(at, mark)| {
        let (text, rest) = body.split_at_checked(at)?;
        let rest = rest.strip_prefix(mark)?;
        match mark {
            // A quote that is part of the string has neither of these behind it.
            "\"" => ends_field(rest).then_some((rest, text)),
            // The next string begins: `"0B,"0100701",7`.
            _ => {
                let next = rest.trim_start_matches(is_blank).strip_prefix('"')?;
                (!ends_field(next)).then_some((body.get(at..)?, text))
            }
        }
    });
    match end {
        Some(end) => Ok(end),
        None => bare(body),
    }
}

fn ends_field(rest: &str) -> bool {
    let rest = rest.trim_start_matches(is_blank);
    rest.is_empty() || rest.starts_with([',', ')'])
}

/// To the parenthesis that closes it, or to the end where none does.
fn group(input: &str) -> IResult<&str, &str> {
    let (body, _) = char('(').parse(input)?;
    let end = closing(body, true).or_else(|| closing(body, false));
    let end = end.unwrap_or(body.len());
    let (text, rest) = body.split_at_checked(end).unwrap_or((body, ""));
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    Ok((rest, text.trim_end_matches(is_blank)))
}

/// Octets before the parenthesis that closes; those inside quotes do not count, unless the quotes
/// are broken.
fn closing(body: &str, minds_quotes: bool) -> Option<usize> {
    let (mut depth, mut is_quoted) = (0_u32, false);
    body.match_indices(['(', ')', '"']).find_map(|(at, mark)| {
        match mark {
            "\"" => is_quoted ^= minds_quotes,
            _ if is_quoted => {}
            "(" => depth += 1,
            _ if depth == 0 => return Some(at),
            _ => depth -= 1,
        }
        None
    })
}

/// What separates a field from the next; whether there is a next one.
pub(super) fn end(form: Form, input: &str) -> IResult<&str, bool> {
    if form == Form::Group {
        // `(0)(1)`: a comma may be missing between lists.
        let (rest, _) = take_till(|character| matches!(character, ',' | '(')).parse(input)?;
        let has_more = !rest.is_empty();
        let (rest, _) = opt(char(',')).parse(rest)?;
        return Ok((rest, has_more));
    }
    let (rest, _) = take_till(|character| character == ',').parse(input)?;
    map(opt(char(',')), |comma| comma.is_some()).parse(rest)
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// Octets from the start of `all` to `rest`, its end. A character is one octet of the line.
pub(super) fn octets_between(all: &str, rest: &str) -> u32 {
    let before = all.len().saturating_sub(rest.len());
    let before = all.get(..before).unwrap_or_default();
    u32::try_from(before.chars().count()).unwrap_or(u32::MAX)
}
