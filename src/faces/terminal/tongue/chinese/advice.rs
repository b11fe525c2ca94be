//! What is said of queries that find nothing, or not what was meant, in Chinese.
//!
//! In: nothing. Out: tables. Parts of a query are shown as they are.

use super::Pair;

/// Why nothing was found.
pub const EMPTY: &[Pair] = &[
    ("MINUS takes away all {}", "MINUS 去掉了全部 {}"),
    ("first branch of UNION: {}", "UNION 的第一个分支：{}"),
    ("second branch of UNION: {}", "UNION 的第二个分支：{}"),
    ("VALUES lists no value", "VALUES 没有列出任何值"),
    ("LATERAL finds nothing for any of the {} before it", "LATERAL 对它之前的 {} 都没有找到结果"),
    ("LIMIT 0 shows none of the {}", "LIMIT 0 不显示 {} 中的任何一行"),
    ("OFFSET {} goes past the last of the {}", "OFFSET {} 超过了全部 {}"),
    ("these data have no named graphs: leave the GRAPH clause out", "这些数据没有命名图：请去掉 GRAPH 子句"),
    ("there is no graph {}; the named graphs are {}", "没有图 {}；命名图有 {}"),
    ("no path matches {}", "没有路径符合 {}"),
    ("no triple matches {}", "没有三元组符合 {}"),
    ("{} is not in the graph", "图中没有 {}"),
    ("{} is not in the graph; did you mean {}?", "图中没有 {}；您是否想写 {}？"),
    ("no row matches {} after {} ({})", "{2} 之后（{3}），没有一行符合 {1}"),
    ("did you mean it the other way round: {}?", "方向是否写反了：{}？"),
    (
        "{} links a {} to a {}; did you mean it the other way round: {}?",
        "{} 从 {} 指向 {}；方向是否写反了：{}？",
    ),
    ("{} links a {} to a {}", "{} 从 {} 指向 {}"),
    ("{} links a {} to a {}; {} has {}", "{} 从 {} 指向 {}；{} 有 {}"),
    ("{} itself has no instance, its subclasses have: {}", "{} 本身没有实例，其子类有：{}"),
    ("the data have {} as {}", "数据中的 {2} 是 {1}"),
    ("what {} leads to: {}", "{} 的值有：{}"),
    ("{} leads to {}, which is called {}", "{} 的值有 {}，其名称为 {}"),
    ("there {} leads to {}", "那里 {} 的值是 {}"),
    (
        "{} is {} in the one and {} in the other: compare with STR()",
        "{} 在一处是 {}，在另一处是 {}：请用 STR() 比较",
    ),
    ("{} drops all {}: {} has no value there", "{} 去掉了全部 {}：{} 在那里没有值"),
    ("{} drops all {}", "{} 去掉了全部 {}"),
    ("{} cannot be computed on any of the {}", "{} 对 {} 都无法计算"),
    (
        "HAVING stands before SELECT and cannot see its names (SPARQL 1.1, section 18.2.4.2): repeat the aggregate in place of {}",
        "HAVING 先于 SELECT 计算，看不到它的名称（SPARQL 1.1 第 18.2.4.2 节）：请在 {} 处重写聚合",
    ),
    ("{} has no value in any of them", "{} 在各行中都没有值"),
    ("the languages of {} are: {}", "{} 的语言有：{}"),
    ("{} is {} there, which is not the same", "那里的 {} 是 {}，两者不同"),
    ("{} is {}, which cannot be compared with {}", "{} 是 {}，无法与 {} 比较"),
];

/// Names that are not there.
pub const NAMES: &[Pair] = &[
    ("{} is not a class in this graph", "{} 在此图中不是类"),
    ("{} is not a property in this graph", "{} 在此图中不是属性"),
    ("{} does not occur in this graph", "此图中没有 {}"),
    ("names are case-sensitive: did you mean {}?", "名称区分大小写：您是否想写 {}？"),
    (
        "the graph spells it the other way, British or American: did you mean {}?",
        "此图用的是英式或美式的另一种拼写：您是否想写 {}？",
    ),
    (
        "the graph has this word from another vocabulary: did you mean {}?",
        "此图中的这个词来自另一个词汇表：您是否想写 {}？",
    ),
];

/// What can never hold.
pub const CERTAIN: &[Pair] = &[
    (
        "SERVICE asks another endpoint, and baimo sends queries to none",
        "SERVICE 要查询其他端点，而 baimo 不向任何端点发送查询",
    ),
    ("fetch those data as an RDF file, and ask both together", "请把那些数据取为 RDF 文件，与此图一起查询"),
    ("SERVICE SILENT goes on without them", "SERVICE SILENT 会跳过它们继续执行"),
    (
        "baimo sends no query to other endpoints: this part was passed over",
        "baimo 不向其他端点发送查询：此部分已跳过",
    ),
    ("HAVING cannot see {}: SELECT names it only afterwards", "HAVING 看不到 {}：SELECT 在其后才命名"),
    (
        "write {} instead of {} (SPARQL 1.1, section 18.2.4.2)",
        "请在 {2} 处写 {1}（SPARQL 1.1 第 18.2.4.2 节）",
    ),
    ("there is no graph {} here", "这里没有图 {}"),
    ("these data have no named graphs: leave FROM out", "这些数据没有命名图：请去掉 FROM"),
    ("the named graphs are {}", "命名图有 {}"),
    ("{} is not a value of {}", "{} 不是 {} 的值"),
    ("a literal like this equals nothing and compares with nothing", "这样的字面量不等于任何值，也无法比较"),
    ("a value looks like {}; this one compares with nothing", "正确的值形如 {}；现在的值无法比较"),
    (
        "{} takes a text, and {} is an IRI: this fails for every row",
        "{} 需要文本，而 {} 是 IRI：每一行都会失败",
    ),
    ("{} adds numbers, but the values of {} are texts", "{} 对数字求和，而 {} 的值是文本"),
    ("{} adds numbers, but {} is an IRI", "{} 对数字求和，而 {} 是 IRI"),
    ("to count them write {}", "若要计数，请写 {}"),
    ("these flags of {} are not valid: {}", "{} 的标志无效：{}"),
    ("the flags are s, m, i, x and q", "标志有 s、m、i、x、q"),
    ("this regular expression is not valid: {}", "正则表达式无效：{}"),
    ("{} stands for what the first group in {} {} matches", "{} 代表第一个 {} {} 分组匹配到的内容"),
    (
        "write a pattern that matches one character at least, as {} does in place of {}",
        "请写至少匹配一个字符的模式，如用 {} 代替 {}",
    ),
    (
        "nothing is replaced, and the value is unbound; flags of {} take the pattern as a plain text",
        "未作替换，值未绑定；标志 {} 使模式按普通文本处理",
    ),
    (
        "it is an error for every row: a FILTER lets none through, and a BIND stays unbound; to look for a plain text use {}",
        "它在每一行都是错误：FILTER 不让任何一行通过，BIND 得不到值；查找普通文本请用 {}",
    ),
    ("write {}", "请写 {}"),
    ("write {}, or {}", "请写 {}，或 {}"),
    ("{} is a subtraction, worth {}, and no date", "{} 是减法，值为 {}，不是日期"),
    ("language tags are in lower case: none is {}", "语言标签一律小写：没有 {} 这样的标签"),
    ("LANGMATCHES takes a language tag, and {} is a text", "LANGMATCHES 的参数是语言标签，而 {} 是文本"),
    ("`||` is the or of conditions, and joins no texts", "`||` 是条件的“或”，不能连接文本"),
    ("texts are joined by {}", "连接文本请用 {}"),
];

/// What is legal and probably not meant.
pub const LINTS: &[Pair] = &[
    ("two parts of the pattern share no variable", "模式的两个部分没有共同变量"),
    (
        "nothing joins {} and {}: every match of one is paired with every match of the other; is a variable misspelt?",
        "{} 与 {} 之间没有联系：两边的结果会两两组合；是否写错了变量名？",
    ),
    ("{} has no value where this condition stands", "{} 在此条件处没有值"),
    (
        "the condition fails for every row: a FILTER sees only the variables of its own braces",
        "此条件对每一行都失败：FILTER 只看得到自己花括号内的变量",
    ),
    ("an OPTIONAL binds nothing new", "OPTIONAL 没有绑定新的变量"),
    (
        "all of its variables have values before it: it changes nothing",
        "其中的变量此前都已有值，因此它不起作用",
    ),
    ("this regular expression is a plain text", "这个正则表达式只是普通文本"),
    ("{} says the same and is faster", "{} 意思相同，而且更快"),
    ("{} is expected to take about {}, for {} rows", "{} 预计约需 {}，处理 {} 行"),
    (
        "this is an estimate: fewer rows before it, by a condition or a constant, make it quicker",
        "这是估计：用条件或常量减少之前的行数，可使其更快",
    ),
    (
        "the path from {} to {} is free at both ends: it may have up to {} pairs",
        "从 {} 到 {} 的路径两端都不受限：最多可有 {} 对",
    ),
    (
        "its steps lead from a node to more than one other: nearly every node may reach nearly all; give one end a value, or ask for one end alone with SELECT DISTINCT",
        "路径的每一步平均通向不止一个节点：几乎每个节点都可能到达几乎所有节点；请给一端一个值，或用 SELECT DISTINCT 只查询一端",
    ),
    ("{} pairs {} rows with {} others: about {}", "{} 将 {} 行与另外 {} 行两两组合：约需 {}"),
    (
        "nothing must be equal on both sides: a variable in both, or a FILTER with `=` between them, lets it look up instead of trying every pair",
        "两边没有必须相等的值：共用一个变量，或在两边之间用 FILTER 写 `=`，便可查找而不必逐对尝试",
    ),
    (
        "the regular expression {} is tried by going back and forth, in up to {} texts",
        "正则表达式 {} 需要回溯匹配，最多涉及 {} 个文本",
    ),
    (
        "with back-references, or `^` under the flag `m`, a text may take milliseconds: let other conditions leave few of them, or write it without",
        "带有反向引用，或在标志 `m` 下使用 `^` 时，处理一个文本可能需要数毫秒：请先用其他条件减少文本，或改写正则表达式",
    ),
    ("this text has no language, but the graph's has", "此文本没有语言标签，而图中的有"),
    ("its column will be empty", "这一列会是空的"),
    ("{} is selected, but occurs nowhere in the pattern", "选取了 {}，但模式中没有它"),
    ("LIMIT without ORDER BY", "有 LIMIT 而没有 ORDER BY"),
    (
        "which rows come is left to chance; add ORDER BY for the same ones each time",
        "得到哪些行并不确定；加 ORDER BY 可保证每次相同",
    ),
    ("{} is bound nowhere", "{} 在任何地方都没有绑定"),
    ("it has no value in any row, so that nothing is sorted by it", "它在所有行中都没有值，因此不起排序作用"),
    ("a MINUS shares no variable with what is before it", "MINUS 与其前面的部分没有共同变量"),
    (
        "it removes nothing: what must not be there at all is FILTER NOT EXISTS { ... }",
        "它不排除任何结果：要表示完全不存在，请写 FILTER NOT EXISTS { ... }",
    ),
    ("{} is used only here", "{} 只在此处出现"),
    ("if only its presence matters, `[]` says so", "若只关心其存在，可写 `[]`"),
    (
        "did you mean {}? If only its presence matters, `[]` says so",
        "您是否想写 {}？若只关心其存在，可写 `[]`",
    ),
    (
        "this is the plan: nothing was run, and the cost is a guess in nanoseconds; --run measures each step",
        "以上是执行计划：查询并未运行，代价是估计的纳秒数；--run 可测量每一步",
    ),
    ("{}: the figures are of the part that was done", "{}：数字只涵盖已完成的部分"),
    ("nothing in this query looks slow or unintended", "此查询看来既不慢，也没有疏误"),
    (
        "how it finds what it changes is shown for its pattern:  SELECT * WHERE { ... }",
        "它如何找到要改动的内容，可对其模式查看：  SELECT * WHERE { ... }",
    ),
    ("and {} more of these; -F json lists them all", "另有 {} 条；-F json 全部列出"),
    (
        "steps that are too long have `…` in the middle; -F json has them whole",
        "过长的步骤中间以 `…` 代替；-F json 给出全文",
    ),
];
