//! Why an operation is refused: the error codes (EC) of negative results.

use core::fmt;

/// Why an operation is refused: EC of a negative result. Two digits; operators have codes of their
/// own from 90 on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub u8);

macro_rules! error_codes {
    ($( $name:ident = $value:literal, $text:literal; )*) => {
        impl ErrorCode {
            $(
                #[doc = concat!("EC ", stringify!($value), ": ", $text, ".")]
                pub const $name: Self = Self($value);
            )*

            /// What it means; `None` for one that is not in the table.
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self {
                    $( Self::$name => Some($text), )*
                    _ => None,
                }
            }
        }
    };
}

error_codes! {
    CHECKSUM_ERROR = 1, "checksum error";
    SYNTAX_ERROR = 2, "syntax error";
    OPERATION_NOT_SUPPORTED = 3, "operation not supported by the system";
    OPERATION_NOT_ALLOWED = 4, "operation not allowed at this point of time";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "{:02} ({text})", self.0),
            None => write!(f, "{:02}", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
