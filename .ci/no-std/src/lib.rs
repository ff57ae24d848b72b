//! The wire modules in a program without the standard library: a static library for C, with a panic handler and an
//! allocator of its own.
//!
//! That it compiles shows that none of the crates below, and nothing they depend on, links `std`: a program has one panic
//! handler, and `std` brings one. `.ci/run no-std` then looks at what the library asks of its host, and runs it.
#![no_std]

extern crate alloc;

mod at;
mod gsm;
mod smpp;
mod ucp;

use core::error::Error;
use core::panic::PanicInfo;

use alloc::boxed::Box;

#[global_allocator]
static HEAP: emballoc::Allocator<0x1_0000> = emballoc::Allocator::new();

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

type Outcome = Result<(), Box<dyn Error>>;

/// 0 when everything is as it should be, otherwise which check is not, counted from 1.
#[expect(unsafe_code, reason = "C finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn smsgw_no_std() -> i32 {
    let checks: [fn() -> Outcome; _] = [
        gsm::septets,
        gsm::headers,
        gsm::segments,
        gsm::tpdus,
        gsm::broadcasts,
        smpp::frames,
        smpp::texts,
        ucp::operations,
        ucp::answers,
        at::lines,
        at::refusals,
    ];
    let failed = (1..).zip(checks).find(|(_, check)| check().is_err());
    failed.map_or(0, |(number, _)| number)
}

/// As `assert_eq`, without a panic.
fn same<T: PartialEq>(found: T, expected: T) -> Outcome {
    if found == expected {
        Ok(())
    } else {
        Err("something else".into())
    }
}
