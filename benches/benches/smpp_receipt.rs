//! Time to read a receipt.

use criterion::{Criterion, criterion_group, criterion_main};

fn smpp_receipt(criterion: &mut Criterion) {
    for mut case in smsgw_benches::smpp_receipt::cases() {
        let mut group = criterion.benchmark_group(case.name);
        group.bench_function(case.subject, |bencher| bencher.iter_custom(&mut case.run));
        group.finish();
    }
}

criterion_group!(benches, smpp_receipt);
criterion_main!(benches);
