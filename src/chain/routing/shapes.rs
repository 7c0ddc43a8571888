//! What a text looks like apart from its words: formulas, code, sections, amounts, dates.

use std::sync::LazyLock;

use regex::Regex;

/// A form to look for.
pub(super) struct Shape {
    /// Its name, as the features have it.
    pub(super) name: &'static str,
    /// What it says, in words for a person.
    pub(super) says: &'static str,
    pattern: &'static str,
}

const fn shape(name: &'static str, says: &'static str, pattern: &'static str) -> Shape {
    Shape { name, says, pattern }
}

#[rustfmt::skip] // one shape, one line: this is a table
pub(super) const SHAPES: &[Shape] = &[
    // Mathematics.
    shape("latex", "LaTeX", r"\\(?:d?frac|sqrt|o?int|sum|prod|log|ln|sin|cos|tan|cdot|times|leq?|geq?|lfloor|binom|angle|pi|theta|alpha|lambda|triangle|mathbb|mathcal|overline|equiv|pmod|begin|infty|[lc]?dots|operatorname|vec|lim|to|partial|nabla)\b"),
    shape("dollars", "formulas between dollar signs", r"\$[^$\s][^$\n]*\$"),
    shape("arithmetic", "an operator between numbers", r"\d\s*[+*×÷^·∙⋅]\s*[(（]?[\d√]|\d\s+[-–−/]\s+\d|\d\s*[-−]\s*\d+\s*[=＝]|\d\s*(?:mod|modulo)\s*\d|\d!\s*[-+*/×÷]|[)）]\s*[-+*/×÷^]\s*[(（\d]"),
    shape("sum", "a sum and nothing else", r"^[\s\d.()+*/×÷^!√%−-]+[=?？\s]*$"),
    shape("equation", "an equation or inequality", r"[\da-zA-Z)²³]\s*[=≤≥≡<>＝≠]\s*[-−(]?\s*[\da-zA-Z√]"),
    shape("unknown", "an equation with an unknown", r"(?:\b|\d)[xyzabn]\s*[-+−=＝*/^²³]\s*\d|\d\s*[xyzn]\s*[-+−=＝^²³]|[xyz]\s*\+\s*[xyz]"),
    shape("power", "a power, root or factorial", r"[a-zA-Z\d)]\s*\^\s*[-({\d a-zA-Z]|\bsqrt\s*\(|√|[\dn)]!(?:[^=\w]|$)|[a-zA-Z)\d][²³⁴⁵⁶ⁿ]"),
    shape("subscript", "a letter with a subscript", r"\b[a-zA-Z]_(?:\{|[\dijknx]\b)|[a-zA-Z][₀₁₂₃₄ₙᵢ]"),
    shape("sign", "a sign of mathematics", r"[∫∑∏∈∉∪∩⊂⊆∞π∂∇≡≅∠△⊥∥∀∃→θαβλσμε∅±⇒⇔ℝℤℚℕ°∮⊕]"),
    shape("applied", "a function of a variable", r"\b[fghFGPu]'{0,2}\s?[(（][xyztn0-9a+\-−, ]{1,8}[)）]|\b[CPA]\(\d+,\s*\d+\)"),
    shape("analysis", "a function of analysis", r"(?i)\b(?:lim|sin|cos|tan|cot|sec|log|ln|lg|arctan|arcsin|exp|det|tr)[\dθαxA-C₂₃]?\s*[(\dθαxyA-C²_₂₃]|(?:lim|sin|cos|tan|ln|log|lg)[\dx(]|\bd[yxu]/d[xt]\b|\by''?"),
    shape("fraction", "a fraction", r"(?:^|[^\d/\w])\d{1,3}\s?/\s?\d{1,3}(?:[^\d/\w]|$)|分之"),
    shape("share", "a share of a number", r"(?i)\d+\s*(?:%|percent|％)\s*(?:of|off|more|less)\b|百分之"),
    shape("percent", "a percentage", r"\d+\s?[%％]|percent"),
    shape("point", "a point or a vector", r"[A-Z]?\(\s*-?\d+(?:\.\d+)?\s*,\s*-?\d+(?:\.\d+)?(?:\s*,\s*-?\d+)?\s*\)"),
    shape("letters", "letters of geometry", r"[△∠]\s?[A-Z]|\b(?:triangle|angle|segment|line|circle|square|rectangle|quadrilateral)\s+[A-Z]{1,4}\b|[点边圆角弦线形]\s?[A-Z]{1,4}(?:[^a-zA-Z]|$)"),
    shape("variable", "a single letter as a variable", r"(?:^|[\s,(，、数为设若角])[b-hj-zA-HJ-Z](?:[\s,.)，、。的是在满]|$)"),
    shape("unit", "a quantity with a unit", r"(?i)\d+\s?(?:km/h|mph|m/s|cm|km|mm|kg|ml|litres?|liters?|metres?|meters?|miles?|inch(?:es)?|feet|ft|hours?|hrs?|minutes?|days?|weeks?|degrees?|°|grams?|g|厘米|千米|公里|米|千克|克|升|吨|小时|分钟|天|秒|元|块|人|个|岁|度|本|只|件|条|次)(?:[^a-zA-Z]|$)"),
    shape("money", "an amount of money", r"[$£€¥￥₹]\s?\d|(?i)\d\s?(?:dollars?|cents?|euros?|pounds?|rupees?|yuan|rs\b|元|块|万)|Rs\.?\s?\d"),
    shape("numerals", "numbers in Chinese characters", r"[二两三四五六七八九十百千]+[个只元小天年人条本米公厘千岁张块辆倍次分名名座件斤]"),
    shape("counts", "quantities, and how many come of them", r"\d+\s?\p{Han}[^\n]{0,60}\d\s?\p{Han}[^\n]{0,60}(?:多少|几)\p{Han}|(?i)\d+ [a-z]+[^\n]{0,80}\d+ [a-z]+[^\n]{0,80}\bhow (?:many|much|long|far)\b|\bhow (?:many|much|long|far)\b[^\n]{0,80}\d+ [a-z]+[^\n]{0,60}\d+ [a-z]+"),
    shape("listing", "a list of numbers", r"\d+\s*[,，、]\s*-?\d+\s*[,，、]\s*-?\d+"),
    shape("ellipsis", "a series with dots", r"\+\s*(?:\.\.\.|…|⋯|\\c?dots)|\d\s*,\s*(?:\.\.\.|…)"),
    // Code.
    shape("fence", "a fenced block", r"```"),
    shape("ticks", "a name between backticks", r"`[^`\n]{1,80}`"),
    shape("definition", "code in the question", r"(?m)\bdef \w+\s*\(|\bfunction\s+\w+\s*\(|\b(?:public|private|protected|static)\s+[\w<>\[\]]+|^\s*(?:fn|func)\s+\w+\s*\(|#include|\b(?:let|const|var|auto)\s+\w+\s*(?:=|:)|\blambda\s*\w*:|^\s*import\s+\w+|^\s*from\s+\w+\s+import|\bclass\s+[A-Z]\w+\s*[:({]|\bstruct\s+\w+\s*\{|\b(?:int|double|float|char|bool|void|string|long)\s+\*?\w+\s*[=(\[;]"),
    shape("control", "code in the question", r"(?m)\b(?:for|while|if|switch|catch)\s*\(.{0,80}[;<>=!)]|\bfor \w+(?:, ?\w+)? in [\w.()]+.*:|^\s*(?:if|while|elif|else|try|except)\b.*:\s*$|^\s*return\b|;\s*$|\{\s*$|^\s*\}"),
    shape("operator", "an operator of programs", r"==|!=|&&|\|\||\+=|-=|=>|->|::|<<|>>|\+\+|:=|\$\{|\?\.|%[ds]\b|===|<-|\*\*"),
    shape("call", "a call or a name from code", r"\b[a-z_][a-zA-Z_]*[a-z_][a-zA-Z_]*\d?\([\w\s,.='\x22\[\]{}*&]{0,60}\)|\b\w+\.\w+\(|\b[a-z]+_[a-z_]+\b|\b[a-z]+(?:[A-Z][a-z]+)+\b|\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b"),
    shape("member", "an index or a member", r"\b[a-z]\w*\[[\w+\-:'\x22 ]{0,20}\]|\b[a-z]{2,}\.[a-z]{2,}\b"),
    shape("sql", "a query in SQL", r"(?i)\bselect\b[^;]{1,80}\bfrom\b|\b(?:insert into|update \w+ set|create table|group by|order by|left join|inner join|delete from)\b"),
    shape("markup", "markup or a style sheet", r"</?[a-z][a-z0-9]*(?: [^<>\n]{0,80})?/?>|\{[^{}\n]{0,60}:\s*[^{}\n]{0,60};?\s*\}"),
    shape("command", "a command with options", r"(?m)(?:^|\s)--?[a-z][a-z-]+\b|^\s*[$>]\s+\w+|\b(?:git|docker|kubectl|npm|pip|sudo|cd|ls|rm|chmod|curl|grep|ssh|apt|df|du|ps|cat) (?:-|[a-z])|\s\|\s*(?:grep|awk|sed|sort|head|wc|xargs)"),
    shape("file", "the name of a file", r"(?i)\b[\w*-]*\.(?:py|js|ts|tsx|jsx|java|cpp|cc|hpp|rs|go|rb|php|cs|swift|kt|sh|sql|html|css|json|xml|ya?ml|toml|csv|txt|log|md|ini|env|exe|dll|so|jar|ipynb|xlsx?|conf)\b|\*\.\w+|(?:^|\s)[~.]?/[\w.-]+/[\w./-]*"),
    shape("error", "the message of an error", r"\b[A-Z]\w*(?:Error|Exception|Fault)\b|(?i)\btraceback\b|\berror[: ]\s?[a-z0-9E]|\berrno\b|\bat line \d|\bline \d+\b|CrashLoop|\bexit code\b|error\[E\d+\]|\b(?:404|500|502|503)\b|cannot (?:borrow|find|read|import|convert)|undefined reference|is not (?:defined|a function|callable)|command not found|permission denied"),
    shape("order", "an order of growth", r"\bO\(\s*(?:1|n|m|log|V|E|k|N|√|\|)|复杂度|[Θ]\("),
    shape("bound", "a bound on the size of the input", r"(?:10\^\d|1e\d|10⁵|10⁹|\d{4,}|十万|万)\s*(?:个|条|次)?\s*[,，。.)\]]?\s*(?:$|\n|时限|constraints)|[≤<]=?\s*(?:[a-zA-Z_|.\[\]]+\s*,?\s*)+[≤<]=?\s*(?:10|1e|2|\d{3,})|\b[a-zA-Z|]+\|?\s*(?:≤|<=|到|up to)\s*(?:10\^|1e|\d{3,}|2\s?[*×·])"),
    shape("modulus", "a modulus of contests", r"(?i)10\^9\s*\+\s*7|1e9\s*\+\s*7|998244353|1000000007|10\*\*9"),
    shape("section", "the layout of a programming task", r"(?im)^\s*[*#【\[]*\s*(?:sample |example )?(?:input|output|constraints|examples?|notes?)\s*(?:format|\d)?\s*[:】\]*]|输入格式|输出格式|输入描述|输出描述|样例|时间限制|内存限制|数据范围|【题目|题目描述|^\s*输[入出]\s*[:：]"),
    shape("sample", "a sample of input and output", r"(?i)\b(?:input|output)\s*[:=]\s*[\[\x22\d]|\w+ = \[|→\s*[-\[\x22\d]|->\s*[\[\x22\d]|\bexample\b.{0,40}="),
    shape("array", "an array or a literal of code", r"\[\s*(?:-?\d+|'[^']*'|\x22[^\x22]*\x22)\s*(?:,\s*(?:-?\d+|'[^']*'|\x22[^\x22]*\x22)\s*)+\]|\{\s*['\x22]\w+['\x22]\s*:"),
    shape("matrix", "a matrix", r"\[\s*\[\s*-?\d|\|[\d -]+;[\d; -]+\|"),
    shape("using", "a programming language to use", r"(?i)\b(?:in|using|with|for|into|to) (?:python3?|rust|java|javascript|typescript|c\+\+|cpp|c#|go|golang|kotlin|swift|ruby|haskell|sql|bash|perl|php|matlab|scala|julia|lua|c|r|numpy|pandas|excel|react|django|flask|pytorch|node|excel)(?:[\s,.?!;:)]|$)|用\s?(?:python3?|rust|java|javascript|js|typescript|ts|c\+\+|cpp|c语言|c#|c写|go|sql|r语言|matlab|numpy|pandas|php|shell|bash|lua|kotlin|swift|ruby|scratch)|(?:python|java|c\+\+|c|c#|js|go|rust|matlab|r)\s?(?:写|版|实现|代码|语言|程序|函数|怎么|里|中)"),
    shape("version", "the version of a program", r"(?i)\bv?\d+\.\d+\.\d+\b|\b(?:python|java|node|vue|php|django|es|c\+\+|go|rust)\s?\d+(?:\.\d+)?\b"),
    shape("backslash", "an escape of a pattern", r"\\[dwsbn]\b|\[\^?[a-z]-[a-z]|\(\?:"),
    // Everything else.
    shape("phone", "a telephone or order number", r"\b1[3-9]\d{9}\b|\b\d{3}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b|#\d{4,}|\b\d{4}-\d{3}-\d{4}\b|\b\d{8,}\b"),
    shape("date", "a date or a time of day", r"(?i)\b(?:january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b|\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}(?::\d\d)?\s?(?:am|pm|a\.m\.|p\.m\.)|\d{1,2}月(?:\d|底|初|中)|\d{4}年|\d[点时](?:半|钟|\d)?|星期|周[一二三四五六日末]"),
    shape("score", "a score", r"\b\d{1,3}\s?[:：]\s?\d{1,3}\b|\b\d{1,2}[-–]\d{1,2}\b"),
    shape("quoted", "a quotation", r"[“\x22「『《][^”\x22」』》\n]{25,}[”\x22」』》]"),
    shape("title", "the title of a work", r"《[^》]{1,30}》"),
    shape("greeting", "a greeting", r"(?i)^\W*(?:hi|hello|hey|thanks?|thank you|good (?:morning|evening|night)|bye|ok|okay|你好|您好|谢谢|再见|早上好|晚安|在吗)"),
    shape("wordcount", "asks for a number of words", r"(?i)\b\d+[- ](?:words?|sentences?|lines?|paragraphs?)\b|\b(?:one|two|three|four|few)[- ](?:sentences?|stanzas?|paragraphs?|lines?)\b|\d+\s*字(?:以内|左右|以上|的)?|[一二三五六八]百字"),
    shape("emotion", "a feeling", r"[😀-🙏🌀-🗿]|哈哈|呜呜|唉|!!|！！"),
    shape("i", "speaks of the one who asks", r"(?i)\b(?:i'm|i am|i've|my|me|i feel|i want|we|our)\b|我"),
    shape("yours", "speaks to the one who answers", r"(?i)\b(?:you|your)\b|你"),
    // How the request is made.
    shape("asks", "a question", r"[?？]|吗|呢"),
    shape("numbered", "numbered parts", r"(?im)(?:^|[\s:：.。;；)])(?:\(?(?:i{1,3}|[abAB12])\)|[①②③]|q[12][.:]|[12][.、)]\s|part (?:one|two|a|b|1|2)|第[一二12][，,题问部个]|题[一二]|任务[一二]|[一二]是|[一二]、|(?:task|question|problem) (?:1|2|one|two))"),
    shape("other request", "says that another request follows", r"(?i)\b(?:unrelated|separately|another (?:thing|question)|second (?:question|item|thing|task|part)|also|in addition|additionally|on a different note|as well|once (?:you've|that's|you have|that is|done)|when you(?:'re| are| have)|next|after that|afterwards|then|and finally|besides|while you(?:'re| are) at it|two (?:things|questions|parts|tasks)|both parts|the other)\b|另外|另一个|顺便|顺带|还有|同时|此外|然后|接着|随后|最后|并且|再用|再写|再求|再给|并用|并写|并编|并给|哦对|两个问题|两道|两件|不相干|完了|以及|写完|求完"),
];

/// Where each shape that `text` shows is: its number and the bytes of its first few places.
pub(super) fn found_in(text: &str) -> Vec<(usize, usize, usize)> {
    /// How many places of one shape are of interest.
    const MOST: usize = 8;
    let mut found = Vec::new();
    for (number, pattern) in PATTERNS.iter().enumerate() {
        let Some(pattern) = pattern else { continue };
        found.extend(
            pattern.find_iter(text).take(MOST).map(|place| (number, place.start(), place.end())),
        );
    }
    found
}

/// Where quotations and fenced blocks stand, in bytes.
pub(super) fn quotations(text: &str) -> Vec<(usize, usize)> {
    const MOST: usize = 16;
    let places = QUOTATIONS.iter().flat_map(|pattern| pattern.find_iter(text)).take(MOST);
    places.map(|place| (place.start(), place.end())).collect()
}

static QUOTATIONS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("(?s)```.*?```|\"[^\"]+\"|“[^”]+”|「[^」]+」|[《『][^》』]+[》』]").ok()
});

/// The compiled patterns, in the order of the shapes.
static PATTERNS: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| SHAPES.iter().map(|shape| compile(shape).ok()).collect());

/// Words, digits, spaces and the boundaries of words are those of ASCII: they are found between 用 and
/// Python, and they are fast in Chinese.
fn compile(shape: &Shape) -> Result<Regex, regex::Error> {
    let pattern = shape
        .pattern
        .replace(r"\b", r"(?-u:\b)")
        .replace(r"\w", "[0-9A-Za-z_]")
        .replace(r"\d", "[0-9]")
        .replace(r"\s", r"[ \t\r\n\u{3000}]");
    Regex::new(&pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for shape in SHAPES {
            if let Err(error) = compile(shape) {
                panic!("{}: {error}", shape.name);
            }
        }
    }
}
