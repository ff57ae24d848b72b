//! Time: each fixture of smsgw-at.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn at_line(criterion: &mut Criterion) {
    for mut case in smsgw_benches::at_line::cases() {
        let mut group = criterion.benchmark_group(case.name);
        group.throughput(Throughput::Elements(case.pdus));
        group.bench_function(case.subject, |bencher| bencher.iter_custom(&mut case.run));
        group.finish();
    }
}

criterion_group!(benches, at_line);
criterion_main!(benches);
