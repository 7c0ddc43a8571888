//! pass@k: whether one of k answers is right.

/// The chance that among k of `answers` answers, drawn without putting back, one of the `right` is: the
/// unbiased estimate of pass@k (Chen and others 2021, "Evaluating large language models trained on code",
/// section 2.1). `None` unless there are k answers, and k is at least 1.
pub fn pass_at(k: usize, answers: usize, right: usize) -> Option<f64> {
    if k == 0 || k > answers || right > answers {
        return None;
    }
    let wrong = answers - right;
    if wrong < k {
        return Some(1.0);
    }
    // 1 - C(wrong, k) / C(answers, k), as a product that does not overflow.
    let all_wrong: f64 = (wrong + 1..=answers).map(|count| 1.0 - k as f64 / count as f64).product();
    Some(1.0 - all_wrong)
}
