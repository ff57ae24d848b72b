//! Does one case so many rounds, to be counted or profiled: `rounds CASE SUBJECT ROUNDS`.
//! Without arguments it prints the cases.

use smsgw_benches::cases;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, subject, rounds] = &arguments[..] else {
        for case in cases() {
            println!("{}\t{}\t{}", case.name, case.subject, case.pdus);
        }
        return;
    };
    let mut case = cases()
        .find(|case| case.name == name && case.subject == subject)
        .expect("no such case");
    (case.run)(rounds.parse().expect("rounds"));
}
