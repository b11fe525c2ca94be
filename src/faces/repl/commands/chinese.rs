//! The list of commands in Chinese.
//!
//! In: a command's name, or an English heading. Out: its Chinese words. What a command's own help says
//! in full is English alone.

/// The summary of a command or verb.
pub fn summary(name: &str) -> Option<&'static str> {
    SUMMARIES.iter().find(|(have, _)| *have == name).map(|(_, summary)| *summary)
}

/// A heading or sentence of the list; as it is where it has no Chinese.
pub fn of(english: &'static str) -> &'static str {
    match english {
        super::INTRO => "直接输入 SPARQL 查询，不必声明前缀。按 Tab 补全；.help keys 列出按键。",
        super::VERBS => "提问与导出，与命令行相同",
        super::LAST => "把上次的答案用于下一个查询；详见 .help _",
        super::OUTRO => "命令名可以缩短：.hel、.maxr。.help 命令名 说明更多。",
        "The last question and its answer" => "上一个查询及其答案",
        "How answers look" => "答案的样式",
        "Files" => "文件",
        "The session" => "会话",
        other => other,
    }
}

const SUMMARIES: &[(&str, &str)] = &[
    ("query", "用 SPARQL 提问"),
    ("queries", "列出、查找、显示、导出已存查询"),
    ("export", "导出图或其中一部分，供其他工具使用"),
    ("describe", "列出关于一个事物的全部信息"),
    ("search", "按名称查找事物"),
    ("schema", "显示图中用到的类与属性"),
    ("diff", "比较两个图"),
    ("pack", "把文件打包成一个可即时打开的图"),
    ("explain", "逐步说明一个查询如何得到答案"),
    ("update", "用 SPARQL Update 修改图"),
    ("load", "把文件加入图中"),
    ("run", "运行一个已存查询"),
    ("last", "再次显示上一个答案，不省略"),
    ("why", "第 N 行出自何处；或为何没有结果"),
    ("chart", "把上一个答案画成图：bar、line、timeline、graph"),
    ("again", "再问一次上一个查询"),
    ("watch", "反复提问，直到 Ctrl-C"),
    ("edit", "在 $EDITOR 中编辑上一个查询"),
    ("save", "把上一个查询存为已存查询"),
    ("mode", "答案的格式：table、line、csv、json 等"),
    ("labels", "以标签代替 IRI"),
    ("maxrows", "表格最多显示的行数；0 为全部"),
    ("maxwidth", "表格最宽的列数；0 为窗口宽度"),
    ("pager", "长文本是否经由 $PAGER"),
    ("timer", "答案下方是否显示用时"),
    ("once", "下一个答案写入文件"),
    ("output", "此后的答案都写入文件；不带文件名则恢复显示"),
    ("read", "运行文件中的语句与命令"),
    ("shell", "运行系统命令；亦可写作 !命令"),
    ("open", "打开另一个图：文件夹或文件；不带名称则为内置的图"),
    ("prefix", "列出前缀，或添加一个"),
    ("timeout", "查询超过此时间即停止，如 2s 或 500ms"),
    ("history", "列出最近的 N 条语句"),
    ("show", "显示各项设置"),
    ("echo", "输出一段文字"),
    ("help", "本列表，或某个命令的说明"),
    ("quit", "退出；.exit 与空行上的 Ctrl-D 亦可"),
    ("exit", "退出"),
];
