//! Time: each fixture of smsgw-ucp.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn ucp_codec(criterion: &mut Criterion) {
    for mut case in smsgw_benches::ucp_codec::cases() {
        let mut group = criterion.benchmark_group(case.name);
        group.throughput(Throughput::Elements(case.pdus));
        group.bench_function(case.subject, |bencher| bencher.iter_custom(&mut case.run));
        group.finish();
    }
}

criterion_group!(benches, ucp_codec);
criterion_main!(benches);
