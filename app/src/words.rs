//! Small texts that several components write: counts, clocks, dates.

use skyports_model::Timestamp;

/// `1 cluster`, `9 clusters`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// A waiting time as a running clock: `0:42`, `12:05`, `2:00:07`.
pub(crate) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// `2026-11-24`, for a moment in UTC.
fn date(moment: Timestamp) -> String {
    // Howard Hinnant's `civil_from_days` (public domain): the year begins in March.
    let days = moment.0.div_euclid(86_400).saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A moment for machines and for people who want it exactly: `2026-11-24T06:02:05Z` and
/// `2026-11-24 06:02 UTC`.
pub(crate) fn moment(at: Timestamp) -> (String, String) {
    let date = date(at);
    let second = at.0.rem_euclid(86_400);
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    (
        format!("{date}T{hours:02}:{minutes:02}:{seconds:02}Z"),
        format!("{date} {hours:02}:{minutes:02} UTC"),
    )
}

/// A text in which backticks mark code, cut at them: every second piece is code.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    // A last backtick without a partner is shown as it stands.
    let pairs = text.matches('`').count() / 2;
    text.splitn(2 * pairs + 1, '`').enumerate().map(|(index, piece)| (index % 2 == 1, piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_run_past_the_hour() {
        assert_eq!(clock(42), "0:42");
        assert_eq!(clock(725), "12:05");
        assert_eq!(clock(7_207), "2:00:07");
    }

    #[test]
    fn moments_are_utc() {
        let exact = |seconds| moment(Timestamp(seconds)).0;
        assert_eq!(moment(Timestamp(1_795_500_125)).1, "2026-11-24 06:02 UTC");
        assert_eq!(exact(1_795_500_125), "2026-11-24T06:02:05Z");
        assert_eq!(exact(0), "1970-01-01T00:00:00Z");
        assert_eq!(exact(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(exact(-1), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn backticks_mark_code() {
        let cut = |text| pieces(text).collect::<Vec<_>>();
        assert_eq!(cut("no `x` here"), [(false, "no "), (true, "x"), (false, " here")]);
        assert_eq!(cut("`x` and ` odd"), [(false, ""), (true, "x"), (false, " and ` odd")]);
        assert_eq!(cut(""), [(false, "")]);
    }
}
