//! Where in a trace something happens, as it is handed from one program to the next.

use std::sync::Arc;

/// The longest `tracestate` that is handed on, in bytes; the specification asks for at least this much.
const LONGEST_STATE: usize = 512;

/// A place in a trace: that of whoever asks, below which the work on the answer stands.
///
/// Its form on the wire is that of [W3C Trace Context](https://www.w3.org/TR/trace-context/), level 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace; never 0.
    pub trace: u128,
    /// The span in it; never 0.
    pub span: u64,
    /// Whether the trace is recorded.
    pub sampled: bool,
    /// Whether nothing of what is said may be recorded below it, whatever the settings say: it belongs to a
    /// private chain. Known in this process only.
    pub withheld: bool,
    /// What the systems of other vendors add, handed on as it came.
    pub state: Option<Arc<str>>,
}

impl TraceContext {
    /// The place that the headers `traceparent` and `tracestate` name; `None` if the first is not in its form, for
    /// then a new trace begins.
    ///
    /// ```
    /// use ponder::generate::TraceContext;
    ///
    /// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    /// let place = TraceContext::parse(header, None).expect("it is in the form");
    /// assert_eq!((place.span, place.sampled), (0x00f0_67aa_0ba9_02b7, true));
    /// assert_eq!(place.traceparent(), header);
    /// ```
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let mut parts = traceparent.trim().splitn(5, '-');
        let version = lower_hex(parts.next()?, 2)?;
        let trace = lower_hex(parts.next()?, 32)?;
        let span = u64::try_from(lower_hex(parts.next()?, 16)?).ok()?;
        let flags = lower_hex(parts.next()?, 2)?;
        // Later versions may have more parts, and this one has not.
        let more = version == 0 && parts.next().is_some();
        if more || version == 0xff || trace == 0 || span == 0 {
            return None;
        }
        let state = tracestate.map(str::trim).filter(|state| {
            let printable = state.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            !state.is_empty() && state.len() <= LONGEST_STATE && printable
        });
        Some(Self {
            trace,
            span,
            sampled: flags & 1 == 1,
            withheld: false,
            state: state.map(Arc::from),
        })
    }

    /// The value of the header `traceparent` that hands this place on.
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// A number of exactly so many small hexadecimal digits.
fn lower_hex(text: &str, digits: usize) -> Option<u128> {
    let fits =
        text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if fits { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_in_the_form_begins_a_new_trace() {
        let place = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
        for good in [format!("00-{place}-00"), format!("cc-{place}-01-what-comes-later")] {
            assert!(TraceContext::parse(&good, None).is_some(), "{good}");
        }
        for wrong in [
            format!("ff-{place}-01"),
            format!("00-{place}-01-more"),
            format!("00-{place}"),
            format!("00-{}-01", place.to_uppercase()),
            format!("00-{place}-1"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned(),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01".to_owned(),
            String::new(),
        ] {
            assert_eq!(TraceContext::parse(&wrong, None), None, "{wrong}");
        }
    }

    #[test]
    fn what_other_systems_add_is_handed_on_if_it_can_be_a_header() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let state = |text: &str| TraceContext::parse(header, Some(text)).unwrap().state;
        assert_eq!(state("vendor=a,other=b").as_deref(), Some("vendor=a,other=b"));
        assert_eq!(state("a=\nb"), None);
        assert_eq!(state(&"a".repeat(LONGEST_STATE + 1)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = TraceContext::parse(&text, Some(&text));
        }

        #[test]
        fn what_is_written_is_read_again(trace in 1_u128.., span in 1_u64.., sampled in any::<bool>()) {
            let place = TraceContext { trace, span, sampled, withheld: false, state: None };
            prop_assert_eq!(TraceContext::parse(&place.traceparent(), None), Some(place));
        }
    }
}
