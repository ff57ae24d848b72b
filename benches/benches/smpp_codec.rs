//! Time: each fixture for all crates in turn.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn smpp_codec(criterion: &mut Criterion) {
    for mut case in smsgw_benches::smpp_codec::cases() {
        let mut group = criterion.benchmark_group(case.name);
        group.throughput(Throughput::Elements(case.pdus));
        group.bench_function(case.subject, |bencher| bencher.iter_custom(&mut case.run));
        group.finish();
    }
}

criterion_group!(benches, smpp_codec);
criterion_main!(benches);
