const TITLE_LIMIT: usize = 40;

/// Shortens a title to at most `TITLE_LIMIT` characters for the episode list,
/// after a whole word where possible.
pub fn shorten(title: &str) -> String {
    let title = title.trim();
    if title.len() <= TITLE_LIMIT {
        return title.to_string();
    }
    let cut = title[..TITLE_LIMIT]
        .rfind(' ')
        .unwrap_or(TITLE_LIMIT - 1);
    format!("{}…", title[..cut].trim_end())
}

pub fn episode_line(number: u32, title: &str) -> String {
    format!("{number:>4}  {}", shorten(title))
}
