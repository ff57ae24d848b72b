#![doc = include_str!("peers.md")]
