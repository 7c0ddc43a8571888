const TITLE_LIMIT: usize = 40;

/// Shortens a title to at most `TITLE_LIMIT` characters for the episode list.
pub fn shorten(title: &str) -> String {
    let title = title.trim();
    if title.chars().count() <= TITLE_LIMIT {
        return title.to_string();
    }
    let head: String = title.chars().take(TITLE_LIMIT - 1).collect();
    format!("{}…", head.trim_end())
}

pub fn episode_line(number: u32, title: &str) -> String {
    format!("{number:>4}  {}", shorten(title))
}
