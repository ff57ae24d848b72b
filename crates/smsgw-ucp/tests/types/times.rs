//! Times: days that there are, the two digits of a year, zones.

use proptest::prelude::*;
use smsgw_ucp::ValueError;
use smsgw_ucp::types::*;

#[test]
fn two_digits_of_a_year() {
    let year = |yy: &str| Second::parse(&format!("0101{yy}000000")).unwrap().year();
    let years: Vec<u16> = (0..100).map(|yy| year(&format!("{yy:02}"))).collect();
    let expect: Vec<u16> = (2000..2090).chain(1990..2000).collect();
    assert_eq!(years, expect);
    assert!(Second::parse("311299235959").unwrap() < Second::parse("010100000000").unwrap());
}

#[test]
fn days_that_there_are() {
    let days = |month: u32, yy: u32| {
        let is_day = |day: &u32| Minute::parse(&format!("{day:02}{month:02}{yy:02}0000")).is_ok();
        (0..=99).filter(is_day).collect::<Vec<u32>>()
    };
    for yy in 0..100 {
        let february = if yy % 4 == 0 { 29 } else { 28 };
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (month, len) in (1..).zip(lengths) {
            assert_eq!(days(month, yy), (1..=len).collect::<Vec<u32>>());
        }
        for month in [0, 13, 20, 99] {
            assert_eq!(days(month, yy), []);
        }
    }
    assert_eq!(Minute::parse("3002261200"), Err(ValueError::InvalidTime));
    assert_eq!(Minute::parse("2902272359"), Err(ValueError::InvalidTime));
}

#[test]
fn times_of_day_that_there_are() {
    for value in 0..100 {
        let hour = Second::parse(&format!("010126{value:02}5959"));
        assert_eq!(hour.is_ok(), value < 24);
        let minute = Second::parse(&format!("01012623{value:02}59"));
        assert_eq!(minute.is_ok(), value < 60);
        let second = Second::parse(&format!("0101262359{value:02}"));
        assert_eq!(second.is_ok(), value < 60);
    }
    assert_eq!(
        Second::new(2090, 1, 1, 0, 0, 0),
        Err(ValueError::InvalidTime)
    );
    assert_eq!(
        Second::new(1989, 12, 31, 23, 59, 59),
        Err(ValueError::InvalidTime)
    );
}

#[test]
fn digits_are_as_many_as_they_must_be() {
    assert_eq!(
        Minute::parse("311226"),
        Err(ValueError::TooShort { min: 10, had: 6 })
    );
    assert_eq!(
        Minute::parse("31122612000"),
        Err(ValueError::TooLong { max: 10, had: 11 })
    );
    assert_eq!(
        Second::parse("3112261200"),
        Err(ValueError::TooShort { min: 12, had: 10 })
    );
    assert_eq!(
        Second::parse("31122612000x"),
        Err(ValueError::NotDigit { at: 11 })
    );
    assert_eq!(
        Minute::parse(""),
        Err(ValueError::TooShort { min: 10, had: 0 })
    );
}

#[test]
fn parts_in_their_order() {
    let time = Second::parse("020304050607").unwrap();
    assert_eq!((time.day(), time.month(), time.year()), (2, 3, 2004));
    assert_eq!((time.hour(), time.minute(), time.second()), (5, 6, 7));
    assert_eq!(time.to_string(), "2004-03-02T05:06:07");
    let time = Minute::parse("0203040506").unwrap();
    assert_eq!((time.day(), time.month(), time.year()), (2, 3, 2004));
    assert_eq!((time.hour(), time.minute()), (5, 6));
    assert_eq!(time.to_string(), "2004-03-02T05:06:00");
    assert_eq!(time.with_second(7), Second::parse("020304050607"));
}

#[test]
fn limits_of_the_clock() {
    let utc = &UtcOffset::UTC;
    let first = Second::parse("010190000000").unwrap();
    let last = Second::parse("311289235959").unwrap();
    assert_eq!(first.to_unix(utc), 631_152_000);
    assert_eq!(last.to_unix(utc), 3_786_911_999);
    assert_eq!(Second::from_unix(631_152_000, utc), Ok(first));
    assert_eq!(Second::from_unix(3_786_911_999, utc), Ok(last));
    for outside in [631_151_999, 3_786_912_000, 0, i64::MIN, i64::MAX] {
        assert_eq!(
            Second::from_unix(outside, utc),
            Err(ValueError::InvalidTime)
        );
    }
    // The same moments are inside by the clock of another zone.
    assert_eq!(
        Second::from_unix(631_151_999, &UtcOffset(1))
            .unwrap()
            .second(),
        59
    );
    assert_eq!(
        Second::from_unix(i64::MAX, &UtcOffset(720)),
        Err(ValueError::InvalidTime)
    );
}

proptest! {
    #[test]
    fn there_and_back(unix in 631_238_400..3_786_825_600_i64, minutes in -1440..=1440_i16) {
        let zone = UtcOffset(minutes);
        let time = Second::from_unix(unix, &zone).unwrap();
        prop_assert_eq!(time.to_unix(&zone), unix);
        let digits = time.to_digits();
        prop_assert_eq!(Second::parse(str::from_utf8(&digits).unwrap()), Ok(time));

        let minute = Minute::from_unix(unix, &zone).unwrap();
        prop_assert_eq!(minute.to_unix(&zone), unix - unix.rem_euclid(60));
        let digits = minute.to_digits();
        prop_assert_eq!(Minute::parse(str::from_utf8(&digits).unwrap()), Ok(minute));
        prop_assert_eq!(minute.with_second(time.second()), Ok(time));

        let later = Second::from_unix(unix + 1, &zone).unwrap();
        prop_assert!(later > time);
    }

    #[test]
    fn any_digits(digits in "[0-9]{9,13}") {
        if let Ok(time) = Second::parse(&digits) {
            prop_assert_eq!(&time.to_digits(), digits.as_bytes());
        }
        if let Ok(time) = Minute::parse(&digits) {
            prop_assert_eq!(&time.to_digits(), digits.as_bytes());
        }
    }
}
