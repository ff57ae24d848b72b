#![doc = include_str!("vendors.md")]
