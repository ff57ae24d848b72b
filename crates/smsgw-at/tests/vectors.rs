//! What modems were seen to say, as given, joined and octet by octet.

mod common;

use serde_json::Value as Json;

#[test]
fn every_vector_has_its_events_however_it_is_cut() {
    let vectors = include_str!("vectors/parse.jsonl");
    let mut count = 0;
    let mut wrong = Vec::new();
    for vector in vectors.lines() {
        let vector: Json = serde_json::from_str(vector).unwrap();
        if vector["ambiguous"] == true {
            continue;
        }
        let id = vector["id"].as_str().unwrap();
        let in_flight = common::in_flight(vector["cmd"].as_str());
        let chunks = vector["chunks"].as_array().unwrap();
        let chunks: Vec<_> = chunks
            .iter()
            .map(|it| common::hex(it.as_str().unwrap()))
            .collect();
        let joined = chunks.concat();
        let as_given = common::events(in_flight, chunks.iter().map(Vec::as_slice));
        assert_eq!(
            as_given,
            common::events(in_flight, [joined.as_slice()]),
            "{id}"
        );
        assert_eq!(
            as_given,
            common::events(in_flight, joined.chunks(1)),
            "{id}"
        );

        let found: Vec<_> = as_given.iter().filter_map(common::json).collect();
        let expected: Vec<_> = vector["expect"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it.get("echo").is_none() && it.get("junk").is_none())
            .cloned()
            .collect();
        if found != expected {
            wrong.push(format!("{id}: {found:?}, not {expected:?}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= 65, "{count}");
}
