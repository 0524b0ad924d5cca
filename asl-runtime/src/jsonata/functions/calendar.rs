//! Days and weeks, in milliseconds since 1970.

/// The milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// How far from 1970 a time can be.
const MOST: f64 = 8.64e15;

/// A time that can be told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time {
    pub(super) millis: i64,
    pub(super) year: i64,
    /// From 0.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
}

impl Time {
    pub(super) fn new(millis: f64) -> Option<Time> {
        let millis = millis.trunc();
        if millis.is_nan() || millis.abs() > MOST {
            return None;
        }
        let millis = millis as i64;
        // Counted in 400-year periods of 146097 days from a 1st of March, so that a leap day is the last of its year.
        let days = millis.div_euclid(DAY) + 719_468;
        let period = days.div_euclid(146_097);
        let day = days.rem_euclid(146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let in_new_year = month >= 10;
        Some(Time {
            millis,
            year: year + period * 400 + i64::from(in_new_year),
            month: if in_new_year { month - 10 } else { month + 2 },
            day: day - (153 * month + 2) / 5 + 1,
        })
    }

    /// Of the day.
    pub(super) fn of_day(self) -> i64 {
        self.millis.rem_euclid(DAY)
    }

    /// The day of the week, 1 for Monday.
    pub(super) fn weekday(self) -> i64 {
        (self.millis.div_euclid(DAY) + 3).rem_euclid(7) + 1
    }

    /// When the day began; counted as the beginnings of months are.
    fn midnight(self) -> i64 {
        self.this_month().start() + (self.day - 1) * DAY
    }

    /// The day of the year.
    pub(super) fn day_of_year(self) -> i64 {
        (self.midnight() - Month::january(self.year).start()) / DAY + 1
    }

    fn this_month(self) -> Month {
        Month {
            year: self.year,
            month: self.month,
        }
    }

    /// The week of the year, as ISO 8601 counts.
    pub(super) fn week_of_year(self) -> i64 {
        let year = |year| Month::january(year).first_week();
        self.week(52, year(self.year - 1), year(self.year), year(self.year + 1))
    }

    /// The week of the month, counted in the same way.
    pub(super) fn week_of_month(self) -> i64 {
        let month = self.this_month();
        let [last, this, next] = [month.plus(-1), month, month.plus(1)].map(Month::first_week);
        self.week(4, last, this, next)
    }

    /// The week of a period; most periods have `most` weeks.
    fn week(self, most: i64, last: i64, this: i64, next: i64) -> i64 {
        let today = self.midnight();
        let since = |start: i64| (today - start).div_euclid(7 * DAY) + 1;
        match since(this) {
            week if week > most && today >= next => 1,
            week if week < 1 => since(last),
            week => week,
        }
    }

    /// The year that the week belongs to.
    pub(super) fn year_of_week(self) -> i64 {
        let year = |year| Month::january(year).first_week();
        match self.millis {
            now if now < year(self.year) => self.year - 1,
            now if now >= year(self.year + 1) => self.year + 1,
            _ => self.year,
        }
    }

    /// The month that the week belongs to, from 1.
    pub(super) fn month_of_week(self) -> i64 {
        let month = self.this_month();
        let month = match self.millis {
            now if now < month.first_week() => month.plus(-1),
            now if now >= month.plus(1).first_week() => month.plus(1),
            _ => month,
        };
        month.month + 1
    }
}

#[derive(Clone, Copy)]
struct Month {
    year: i64,
    /// From 0.
    month: i64,
}

impl Month {
    fn january(year: i64) -> Month {
        Month { year, month: 0 }
    }

    fn plus(self, months: i64) -> Month {
        let month = self.month + months;
        Month {
            year: self.year + month.div_euclid(12),
            month: month.rem_euclid(12),
        }
    }

    fn start(self) -> i64 {
        utc([self.year, self.month, 1, 0, 0, 0, 0].map(|part| part as f64)) as i64
    }

    /// When the week of its first Thursday begins.
    fn first_week(self) -> i64 {
        let start = self.start();
        let weekday = (start.div_euclid(DAY) + 3).rem_euclid(7);
        start + if weekday > 3 { 7 - weekday } else { -weekday } * DAY
    }
}

/// The time of a year, a month from 0, a day from 1, hours, minutes, seconds and milliseconds, each of which may be too
/// large; no number where it is too far. Years below 100 are those of the last century, as in JavaScript.
pub(super) fn utc([year, month, day, hour, minute, second, milli]: [f64; 7]) -> f64 {
    let year = year.trunc();
    let year = if (0.0..100.0).contains(&year) {
        1900.0 + year
    } else {
        year
    };
    let month = month.trunc();
    let year = year + (month / 12.0).floor();
    if !year.is_finite() || year.abs() > 1e6 {
        return f64::NAN;
    }
    // From the 1st of March, as above.
    let month = month.rem_euclid(12.0) as i64;
    let (years, months) = match month {
        0 | 1 => (year as i64 - 1, month + 10),
        _ => (year as i64, month - 2),
    };
    let leaps = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    let days = (365 * years + leaps + (153 * months + 2) / 5 - 719_468) as f64 + day.trunc() - 1.0;
    let time = ((hour.trunc() * 60.0 + minute.trunc()) * 60.0 + second.trunc()) * 1000.0 + milli.trunc();
    let millis = days * DAY as f64 + time;
    if millis.abs() <= MOST { millis } else { f64::NAN }
}
