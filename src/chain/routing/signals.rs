//! The signals of the router: what to look for, what it speaks for and how strongly.
//!
//! A weight of 4 decides alone when nothing speaks against it; 2 and 3 need company; 6 and more are
//! requests in so many words.

use std::sync::LazyLock;

use regex::Regex;

use crate::generate::Kind;

/// Something to look for.
pub(super) struct Signal {
    pub(super) kind: Kind,
    pub(super) weight: u32,
    pub(super) reason: &'static str,
    seen: Seen,
}

/// How a signal is seen.
enum Seen {
    /// The prose matches this pattern; case does not matter.
    Prose(&'static str),
    /// The whole text matches it, code included.
    Anywhere(&'static str),
    /// The prose has at least this many numbers and asks something.
    Numbers(usize),
}

const fn signal(kind: Kind, weight: u32, reason: &'static str, seen: Seen) -> Signal {
    Signal { kind, weight, reason, seen }
}

use Kind::{Code, Math, Other};
use Seen::{Anywhere, Numbers, Prose};

#[rustfmt::skip] // one signal, one line: this is a table
const SIGNALS: &[Signal] = &[
    // Mathematics, in signs.
    signal(Math, 6, "an operator between numbers", Prose(r"\d\s*[+*×÷^·]\s*\(?[\d√]|\d\s+[-–−/]\s+\d|\)\s*[-+*/×÷^]?\s*\(|\d\s*(?:mod|modulo)\s*\d|\d!\s*[-+*/×÷]")),
    signal(Math, 5, "an equation or inequality", Prose(r"[\da-z)²³]\s*[<>=≤≥≡]+\s*[-(\da-z√?？]")),
    signal(Math, 4, "numbers with a minus or a slash, and nothing else", Prose(r"^[\s\d.()+*/×÷^−-]+[=?？\s]*$")),
    signal(Math, 5, "LaTeX", Anywhere(r"\\(?:frac|dfrac|sqrt|int|sum|prod|log|ln|sin|cos|tan|cdot|times|le|ge|leq|geq|lfloor|binom|angle|pi|triangle|mathbb|overline|equiv|pmod|begin|in|infty|ldots|cdots|operatorname)\b|\$[^$\n]*[\\^_=<>+][^$\n]*\$")),
    signal(Math, 3, "formulas between dollar signs", Anywhere(r"\$[^$\s][^$\n]*\$")),
    signal(Math, 5, "a power, root or factorial", Prose(r"[a-z\d)]\s*\^\s*[-(\da-z]|\bsqrt\s*\(?|√|[\dn]!(?:\W|$)|[a-z][²³]|\d+\s*的\s*[\d一二三四五六七八九十n]+\s*次方")),
    signal(Math, 5, "a share of a number", Prose(r"\d\s*(?:%|percent|％)\s*(?:of|off|more|less)\b|百分之")),
    // Mathematics, in words.
    signal(Math, 5, "arithmetic in words", Prose(r"\d+(?:\.\d+)?\s*(?:plus|minus|times|multiplied by|divided by|squared|cubed)\b|(?:sum|product|difference|quotient) of \d|[\d零一二三四五六七八九十百千万]\s*(?:加上?|减去?|乘以?|除以|与|和)\s*[\d零一二三四五六七八九十百千万]+\s*(?:等于|是|的|得|=|，|,|？|\?)")),
    signal(Math, 4, "asks to solve an equation", Prose(r"\bsolve\b.{0,40}(?:\bfor\b|equation|inequalit|system|=)|解方程|解不等式|方程组|方程.{0,12}的(?:根|解)")),
    signal(Math, 3, "asks to compute, find or prove", Prose(r"\b(?:compute|calculate|evaluate|simplify|factori[sz]e|differentiate|integrate|prove (?:that|the)|determine|find|show that)\b|计算|求|证明|化简|等于(?:多少|几)|[已若]知|设.{0,20}[为是=$]")),
    signal(Math, 4, "a term of number theory", Prose(r"\b(?:primes?|composite number|divisors?|divisible|gcd|lcm|greatest common|least common|remainder|modulo|coprime|relatively prime|integers?|perfect squares?|odd numbers?|even numbers?|digits?|multiples? of)\b|质数|素数|合数|公约数|公因数|公倍数|因数|约数|余数|除以|整除|整数|奇数|偶数|平方数|个位|[\d数]的倍数")),
    signal(Math, 4, "a term of algebra or analysis", Prose(r"\b(?:equations?|polynomial|quadratic|linear equation|inequality|roots? of|logarithms?|derivative|integral|limit of|matrix|determinant|eigenvalues?|vectors?|arithmetic (?:sequence|series|progression)|geometric (?:sequence|series|progression)|sequence|fraction|factorial|square root|cube root|complex numbers?|real numbers?)\b|方程|多项式|不等式|导数|积分|极限|矩阵|极值|数列|等差|等比|平方根|立方根|分数|小数|对数|复数|实数|平方和?")),
    signal(Math, 4, "a term of geometry", Prose(r"\b(?:triangle|rectangle|quadrilateral|polygon|circle|circumference|perimeter|area of|radius|diameter|hypotenuse|right angle|volume of|cube with|sphere|parallelogram|tangent)\b|三角形|长方形|正方形|矩形|梯形|圆的|半径|直径|周长|面积|体积|棱长|边长")),
    signal(Math, 4, "a term of counting or chance", Prose(r"\b(?:probability|permutations?|combinations?|how many ways|number of ways|ordered pairs?|in how many|expected (?:value|number)|dice|average|arithmetic mean|median of)\b|概率|排列|组合|多少种|几种|选法|平均")),
    signal(Math, 3, "asks how much", Prose(r"\bhow (?:many|much|far|long|fast|old|tall|often)\b|\bwhat (?:is|are|was) (?:the|its|their|his|her|my) (?:\w+ ){0,3}(?:sum|product|difference|total|price|cost|speed|width|height|length|number|numbers|age|value|answer)\b|多少|一共|[还共各有]\S{0,3}几|几[个只小天年岁米元次]")),
    signal(Math, 3, "numbers in a question", Numbers(2)),
    signal(Math, 2, "several numbers in a question", Numbers(3)),
    signal(Math, 4, "a story about amounts", Prose(r"\b(?:gives? away|gave away|left over|(?:are|is|does .{1,20} have) left|altogether|in total|each (?:cost|box|bag|day|week|hour)|per hour|mph|km/h|miles (?:apart|per)|apart|older than|younger than|twice as|times as (?:many|much|old)|triple it|double it|sale price|discount|together they)\b|cost \$?\d|costs? \d+ dollars|相遇|相向|还剩|剩下|用去|原价|打.折|每小时|每分钟|又买|又给|增加了|减少了|鸡兔同笼|同笼|吃掉|送给.{1,6}\d")),
    signal(Math, 4, "asks to convert a number", Prose(r"\bconvert\b.*\b(?:fraction|decimal|percent|binary|hexadecimal|degrees|radians)\b|化(?:为|成)(?:分数|小数|百分数)")),

    // Code, in so many words.
    signal(Code, 9, "asks for a program", Prose(r"\b(?:write|implement|create|build|develop|give me|show me|define|design|complete|need)\b[^.?!\n]{0,60}\b(?:functions?|programs?|scripts?|code|class|methods?|algorithms?|subroutine|regex|regular expression|quer(?:y|ies)|snippet|one-liner)(?:[^-\w]|$)")),
    signal(Code, 9, "asks for a program", Prose(r"(?:写|编写?|实现|设计|给出|补全|完成).{0,24}?(?:函数|程序(?:[^员]|$)|代码|脚本|算法|类[。，,]|查询)|编程(?:求|计算|实现|解决|输出|判断)|用代码|写程序|代码.{0,6}怎么写")),
    signal(Code, 5, "asks to implement something", Prose(r"\bimplement(?:ation)?\b|实现")),
    signal(Code, 5, "a programming language to use", Prose(r"\b(?:in|using|with|for) (?:python3?|rust|java|javascript|typescript|c\+\+|cpp|golang|go lang|kotlin|swift|ruby|haskell|sql|bash|perl|php|matlab|scala)(?:\W|$)|^\s*(?:python3?|rust|java|javascript|js|sql|bash|c\+\+)\s*:|用\s*(?:python3?|rust|java|javascript|js|typescript|c\+\+|c语言|c#|go|sql)")),
    signal(Code, 2, "names a programming language", Prose(r"\b(?:python3?|javascript|typescript|java|rust|golang|sql|bash|html|css)\b|c\+\+")),
    signal(Code, 6, "a programming contest", Prose(r"\b(?:leetcode|codeforces|hackerrank|atcoder|力扣)\b|力扣")),
    signal(Code, 6, "the layout of a programming task", Prose(r"(?m)^\s*(?:sample |example )?(?:input|output|constraints)\s*(?:format)?\s*:|输入格式|输出格式|输入描述|输出描述|时间限制|内存限制|数据范围|输入.{1,20}[，,]\s*输出")),
    signal(Code, 6, "code in the question", Anywhere(r"(?m)^\s*(?:def|class|fn|import|from|func|public|#include|for|while|let|const)\b.*[:;{(]|\bdef \w+\(|console\.log|print\(.*\)")),
    signal(Code, 4, "a call or a name from code", Anywhere(r"`[^`\n]*(?:\(\)|\.\w+\(|_\w+)[^`\n]*`|\b[a-z]+_[a-z_]+\(|\b[a-z]+(?:[A-Z][a-z]+)+\(")),
    signal(Code, 4, "a data structure that is given", Prose(r"\bgiven (?:a|an|the|two|n)\b[^.?!\n]{0,30}\b(?:lists?|arrays?|strings?|linked list|tree|graph|matrix of|dictionary|intervals)\b|给定.{0,8}(?:整数|字符串|数组|列表|链表|二叉树|矩阵|区间|有序)")),
    signal(Code, 3, "asks to return something", Prose(r"(?:^|[.,;:]\s*|\band )(?:please )?return\b|\breturns\b|返回")),
    signal(Code, 2, "a data structure", Prose(r"\b(?:lists?|arrays?|strings?|dictionary|hash ?maps?|tuples?|intervals|indices|substring|elements?|email addresses|\.txt)\b|数组|列表|字符串|链表|二叉树|下标|子串|哈希|元素|指针")),
    signal(Code, 4, "a term of programming", Prose(r"\b(?:linked lists?|binary (?:search|tree)|quick ?sort|merge ?sort|bubble ?sort|two sum|fibonacci in|lru|hash ?map|recursion|recursive(?:ly)?|breadth-first|depth-first|dynamic programming|regex|one-liner|time complexity|space complexity|command line|api endpoint|unit tests?)\b|\bO\((?:1|n|log)|复杂度|快速排序|冒泡|排序算法|递归|动态规划|二分查找|单例|反转链表|重命名文件")),
    signal(Code, 4, "asks to mend code", Prose(r"\b(?:debug|refactor|fix (?:this|the|my) (?:bug|code|function|program)|compile error|syntax error|traceback|stack trace|segfault|my (?:script|code|program|function))\b|报错|调试|重构|这段代码|修复.{0,6}(?:错误|bug)")),
    signal(Code, 2, "speaks of programs", Prose(r"\b(?:program|function|script|code)\b|代码|程序(?:[^员]|$)|脚本|编程")),

    // Everything else.
    signal(Other, 9, "asks for a text", Prose(r"\b(?:write|compose|tell|give|draft|create|make)\b.{0,40}\b(?:poem|story|stories|essay|letter|email|joke|song|lyrics|speech|article|invitation|recipe|novel|haiku|slogan|cv|resume)\b|\bthis letter\b|写.{0,14}(?:诗|作文|邮件|文章|故事|小说|信(?:[，。]|$)|歌词|演讲)|笑话|讲.{0,4}故事|作文")),
    signal(Other, 6, "asks to translate or summarize", Prose(r"\btranslat(?:e|ion)\b|\bsummari[sz]e\b|翻译|总结一下|润色")),
    signal(Other, 6, "asks about people, places or history", Prose(r"^\W*(?:and |so )?(?:who|whom|whose|when|where) (?:is|was|were|are|did|does|wrote|invented|discovered|proved|first|won|will)\b|\bhistory of\b|\bwhat year\b|\bcapital of\b|\binvented\b|历史|朝代|首都|哪里|谁是|是谁|哪一年|在哪|奥运")),
    signal(Other, 6, "asks about the world", Prose(r"\b(?:weather|universe|solar system|planets?|population of|people live|the sky|movie|novels?|french revolution|world war|married|president)\b|天气|宇宙|太阳系|长城|长江|人口|地球有多|多少首诗|工资|专业")),
    signal(Other, 6, "asks what words mean, or for advice", Prose(r"\bwhat does .{0,30}\bmean\b|\bmeaning of\b|\brecommend\b|\bbest .{0,30} to (?:learn|read|watch|buy|use)\b|\bnamed after\b|\bexplain (?:the|what|why|how)\b|推荐|介绍一下|什么意思|应该(?:学|选|买)")),
    signal(Other, 6, "small talk", Prose(r"^\W*(?:hi|hello|hey|thanks?|thank you|good (?:morning|evening|night)|bye|ok|okay|happy .{0,12}birthday)\b|你好|谢谢|再见|你是谁|早上好|生日快乐")),
    signal(Other, 6, "a number that names something", Prose(r"\b(?:phone|telephone|order|tracking|account|room|flight|invoice) number\b|\bcall me\b|\bmy package\b|电话|手机号|订单号?|快递|联系我|身份证")),
];

/// The signals that `text` shows, whose prose has this many numbers.
pub(super) fn found_in(text: &str, numbers: usize) -> impl Iterator<Item = &'static Signal> {
    let prose = without_code(text);
    SIGNALS.iter().zip(PATTERNS.iter()).filter_map(move |(signal, pattern)| {
        let found = match (&signal.seen, pattern) {
            (Seen::Prose(_), Some(pattern)) => pattern.is_match(&prose),
            (Seen::Anywhere(_), Some(pattern)) => pattern.is_match(text),
            (Seen::Numbers(least), _) => numbers >= *least && asks(&prose),
            (Seen::Prose(_) | Seen::Anywhere(_), None) => false,
        };
        found.then_some(signal)
    })
}

/// Whether a text asks something.
fn asks(prose: &str) -> bool {
    const WORDS: [&str; 9] =
        ["how", "what", "find", "when do", "when will", "多少", "几", "求", "计算"];
    let lower = prose.to_lowercase();
    lower.contains(['?', '？']) || WORDS.iter().any(|word| lower.contains(word))
}

/// The compiled patterns, in the order of the signals.
static PATTERNS: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
    SIGNALS.iter().map(|signal| compile(&signal.seen).and_then(Result::ok)).collect()
});

/// A text without its fenced code.
static FENCES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?s)```.*?(?:```|$)").ok());

fn without_code(text: &str) -> String {
    FENCES.as_ref().map_or_else(|| text.to_owned(), |fence| fence.replace_all(text, " ").into())
}

fn compile(seen: &Seen) -> Option<Result<Regex, regex::Error>> {
    // Word boundaries of ASCII: they are found between 用 and Python, and they are fast in Chinese.
    let ascii = |pattern: &str| pattern.replace(r"\b", r"(?-u:\b)");
    match seen {
        Seen::Prose(pattern) => Some(Regex::new(&format!("(?i){}", ascii(pattern)))),
        Seen::Anywhere(pattern) => Some(Regex::new(&ascii(pattern))),
        Seen::Numbers(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for signal in SIGNALS {
            if let Some(Err(error)) = compile(&signal.seen) {
                panic!("{}: {error}", signal.reason);
            }
        }
        assert!(FENCES.is_some());
    }
}
