//! Sessions that are kept up, with a protocol made for the test.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use smsgw_net::client::{Client, ClientEvent, ClientEvents, ClientOptions, Dialer, Down};
use smsgw_net::connection::{Connection, Events};
use smsgw_net::{Backoff, now};
use support::Event::{Asked, Closed, Told};
use support::{Peer, Session, secs};
use tokio::sync::mpsc;

type Handle = Connection<Session>;

/// Gives the other ends of its connections away; without a taker there is nobody to connect to.
struct Pipes {
    peers: mpsc::UnboundedSender<(usize, usize, Peer)>,
    /// Of which sessions the end was told, in order.
    ended: Mutex<Vec<usize>>,
}

impl Dialer for Pipes {
    type Session = Session;
    type Handle = Handle;
    type Error = &'static str;

    async fn dial(
        &self,
        index: usize,
        attempt: usize,
    ) -> Result<(Handle, Events<Session>), &'static str> {
        let (ours, theirs) = tokio::io::duplex(1 << 10);
        let peer = (index, attempt, Peer(theirs));
        self.peers.send(peer).map_err(|_| "nobody there")?;
        Ok(Connection::start(ours, Session::new(10)))
    }

    fn connection(handle: &Handle) -> &Connection<Session> {
        handle
    }

    fn was_of_use(handle: &Handle) -> bool {
        handle.look(|session| session.was_told)
    }

    fn finish(handle: &Handle) {
        handle.with(|session, _| session.finish());
    }

    fn ended(&self, index: usize, _: &Handle) {
        self.ended.lock().unwrap().push(index);
    }
}

struct World {
    client: Client<Pipes>,
    events: ClientEvents<Pipes>,
    peers: mpsc::UnboundedReceiver<(usize, usize, Peer)>,
}

impl World {
    fn new(sessions: usize) -> Self {
        let (sender, peers) = mpsc::unbounded_channel();
        let pipes = Pipes {
            peers: sender,
            ended: Mutex::default(),
        };
        let options = ClientOptions {
            sessions,
            backoff: Backoff::new(secs(10), secs(40)),
            ..ClientOptions::default()
        };
        let (client, events) = Client::start(pipes, options);
        Self {
            client,
            events,
            peers,
        }
    }

    async fn up(&mut self) -> (usize, Handle, Peer, usize) {
        let (index, attempt, peer) = self.peers.recv().await.unwrap();
        match self.events.recv().await {
            Some(ClientEvent::Up { index: at, handle }) if at == index => {
                (index, handle, peer, attempt)
            }
            other => panic!("not up: {other:?}"),
        }
    }

    async fn down(&mut self) -> Option<Duration> {
        match self.events.recv().await {
            Some(ClientEvent::Down {
                why: Down::Closed(Some(Closed)),
                pause,
                ..
            }) => pause,
            other => panic!("not down: {other:?}"),
        }
    }
}

fn ask(handle: &Handle, number: u8) {
    let asked = handle.try_send(|session, now| session.ask(number, number.into(), now, now));
    assert_eq!(asked, Ok(number));
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_until_the_peer_is_of_use() {
    let mut world = World::new(1);
    let mut last: Option<(Instant, Duration)> = None;
    // At least half of ten seconds, twice that, and so on; after the answer the first again.
    // So are the attempts counted.
    for (session, (attempt, least)) in [(0, 5), (1, 10), (2, 20), (3, 20), (4, 5), (0, 10)]
        .into_iter()
        .enumerate()
    {
        let (_, handle, mut peer, counted) = world.up().await;
        assert_eq!(counted, attempt);
        if let Some((ended, pause)) = last {
            // Timers count whole milliseconds.
            let late = (now() - ended).checked_sub(pause).unwrap();
            assert!(late <= Duration::from_millis(1), "{late:?}");
        }
        if session == 4 {
            ask(&handle, 2);
            peer.gets(b"?\x02").await;
            peer.sends(b"!\x02").await;
            let told = world.events.recv().await;
            assert!(matches!(told, Some(ClientEvent::Session { .. })));
        }
        drop(peer);
        let pause = world.down().await.unwrap();
        assert!(
            (secs(least)..=secs(2 * least)).contains(&pause),
            "{pause:?}"
        );
        last = Some((now(), pause));
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_least_to_do_is_picked_once_there_is_one() {
    let mut world = World::new(2);
    let until = now() + secs(60);
    let (first, one, mut peer, _) = world.up().await;
    let (second, two, other, _) = world.up().await;
    assert_eq!((first, second), (0, 1));
    assert_eq!(world.client.sessions().len(), 2);
    ask(&one, 2);
    let picked = world.client.pick(until, |_| true).await.unwrap();
    assert_eq!((picked.load(), one.load()), (0, 1));
    ask(&two, 4);
    ask(&two, 6);
    let picked = world.client.pick(until, |_| true).await.unwrap();
    assert_eq!(picked.load(), 1);

    peer.sends(b"!\x02?\x01").await;
    for expected in [Told(2), Asked(1)] {
        match world.events.recv().await {
            Some(ClientEvent::Session {
                index: 0, event, ..
            }) => assert_eq!(event, expected),
            other => panic!("{other:?}"),
        }
    }
    // None that may, for a while and then in time.
    let begun = now();
    assert!(
        world
            .client
            .pick(begun + secs(1), |_| false)
            .await
            .is_none()
    );
    assert_eq!(now(), begun + secs(1));
    drop((peer, other));
    let waits = world
        .client
        .pick(now() + secs(60), |handle| handle.load() == 0);
    let (picked, _) = tokio::join!(waits, async {
        while !matches!(world.events.recv().await, Some(ClientEvent::Up { .. })) {}
    });
    assert!(picked.is_some());
}

#[tokio::test(start_paused = true)]
async fn to_close_is_to_finish_and_to_bring_nothing_up() {
    let mut world = World::new(1);
    let (_, handle, mut peer, _) = world.up().await;
    ask(&handle, 2);
    world.client.close();
    peer.gets(b"?\x02").await;
    assert!(
        world
            .client
            .pick(now() + secs(60), |_| false)
            .await
            .is_none()
    );
    peer.gets_nothing().await;
    peer.sends(b"!\x02").await;
    match world.events.recv().await {
        Some(ClientEvent::Session { event: Told(2), .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(world.down().await, None);
    assert!(world.events.recv().await.is_none());
    assert_eq!(*world.client.dialer().ended.lock().unwrap(), [0]);
    assert_eq!(world.client.sessions().len(), 0);
    peer.sees_the_end().await;
}

#[tokio::test(start_paused = true)]
async fn without_an_owner_the_sessions_end_and_decline() {
    let mut world = World::new(1);
    let (_, handle, mut peer, _) = world.up().await;
    ask(&handle, 2);
    peer.gets(b"?\x02").await;
    drop(world.events);
    peer.sends(b"?\x01").await;
    peer.gets(b".\x01").await;
    peer.sends(b"!\x02").await;
    peer.sees_the_end().await;
    // No other is brought up: with the task, what dials is gone.
    drop(world.client);
    assert!(world.peers.recv().await.is_none());
}
