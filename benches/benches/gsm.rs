//! Time: each fixture of smsgw-gsm for all crates in turn.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn gsm(criterion: &mut Criterion) {
    for mut case in smsgw_benches::gsm::cases() {
        let mut group = criterion.benchmark_group(case.name);
        group.throughput(Throughput::Bytes(case.octets.unwrap_or_default()));
        group.bench_function(case.subject, |bencher| bencher.iter_custom(&mut case.run));
        group.finish();
    }
}

criterion_group!(benches, gsm);
criterion_main!(benches);
