//! Compiles only as long as none of the crates below, and nothing they depend on, links the standard library.
//!
//! A program has one panic handler. This crate has one and `std` has one, so that `std` anywhere in the graph is
//! the error "found duplicate lang item `panic_impl`". No bare-metal target has to be installed for that.
#![no_std]

use core::panic::PanicInfo;

use smsgw_gsm as _;
use smsgw_smpp as _;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
