//! The driver of one modem: its events, and what is done with it.

use std::sync::Arc;
use std::time::Duration;

use super::{Inner, PoolEvent, Shared, now};
use crate::driver::{self, Driver};
use crate::pool::MemberId;

impl Shared {
    /// How long a modem may take to answer the command that changes its SIM.
    const SLOT_TIMER: Duration = Duration::from_secs(60);

    /// Hands on what a driver tells, until it ends.
    pub(super) async fn listen(self: Arc<Self>, member: MemberId, mut events: driver::Events) {
        loop {
            self.wait_until(Inner::has_room_for_events).await;
            let Some(event) = events.recv().await else {
                break;
            };
            let mut inner = self.lock();
            match event {
                driver::Event::Modem(event) => {
                    inner.pool.handle_event(member, event, now());
                }
                event => inner.push(PoolEvent::Port { member, event }),
            }
            self.follow(&mut inner);
        }
        let mut inner = self.lock();
        inner.pool.leave(member, now());
        inner.drivers.remove(&member);
        inner.members = inner.members.saturating_sub(1);
        self.follow(&mut inner);
        inner.push(PoolEvent::Left(member));
        self.end_if_done(&mut inner);
        self.told.notify_one();
        self.room.notify_waiters();
    }

    /// Closes the driver of a modem, and waits until the modem has left.
    pub(super) async fn remove(self: &Arc<Self>, member: MemberId) {
        let driver = {
            let mut inner = self.lock();
            let Some(driver) = inner.drivers.get(&member).cloned() else {
                return;
            };
            let now = now();
            inner.pool.drain(member, now);
            self.follow(&mut inner);
            for (token, _) in driver.withdraw_all() {
                inner.pool.withdrawn(member, token, now);
            }
            driver.begin_close();
            self.follow(&mut inner);
            driver
        };
        driver.close().await;
        drop(driver);
        let has_left = |inner: &Inner| !inner.drivers.contains_key(&member);
        self.wait_until(has_left).await;
    }

    /// Has a modem change to another of its SIMs.
    pub(super) async fn switch_slot(
        self: Arc<Self>,
        member: MemberId,
        driver: Driver,
        command: String,
    ) {
        let answer = driver.command(&command, Self::SLOT_TIMER).await;
        match answer {
            Ok(answer) if answer.result.is_ok() => driver.reset(),
            _ => self.with(|pool, now| pool.slot_failed(member, now)),
        }
    }
}
