//! What the readers of JSON-LD, RDF/XML and XML say, in Chinese.
//!
//! In: nothing. Out: one table. Those of Turtle and its kin are in `sources.rs`.

use super::Pair;

/// What is wrong in a document of JSON or XML, and what to write instead.
pub const READERS: &[Pair] = &[
    // JSON.
    ("\\u{} is half of a character", "\\u{} 只是半个字符"),
    (
        "characters past U+FFFF are written as two halves, \\ud83d\\ude00, or as they are",
        "U+FFFF 之后的字符写作两半（\\ud83d\\ude00），或直接写出",
    ),
    ("`{}` is not a number of JSON", "`{}` 不是 JSON 的数字"),
    ("write digits, without a zero before or a point at either end", "请写数字，前面不加零，首尾不加小数点"),
    ("a comma or `{}` is expected here", "此处应为逗号或 `{}`"),
    (
        "a file holds one array or object; several go into an array",
        "一个文件只含一个数组或对象；多个请放入数组",
    ),
    ("close it with \", or write the line break as \\", "请用 \" 闭合，或把换行写作 \\"),
    ("it is cut off: fetch it again, or close it", "文件不完整：请重新获取，或将其闭合"),
    (
        "the file ends before the `{}` of what opened in line {}",
        "文件已结束，而第 {2} 行打开的部分缺少 `{1}`",
    ),
    ("there is more text after the end of the document", "文档结束之后还有文本"),
    ("this is not a value of JSON", "这不是 JSON 的值"),
    ("write \"key\": value, and no comma after the last", "请写 `\"key\": value`，最后一项之后不加逗号"),
    ("write for instance \\u767e, or the character itself", "例如写 \\u767e，或直接写该字符"),
    ("write the things side by side in @graph, tied by @id", "请把各事物并列写在 @graph 中，用 @id 关联"),
    // JSON-LD.
    ("a direction is \"ltr\", \"rtl\" or null", "方向为 \"ltr\"、\"rtl\" 或 null"),
    ("a language is a tag in quotes, or null", "语言是引号中的标签，或 null"),
    (
        "put it beside the file, or into a folder above: mkdir -p {} && curl -L -H 'Accept: application/ld+json' -o {}.jsonld '{}'",
        "请放在该文件旁，或上级文件夹中：`mkdir -p {} && curl -L -H 'Accept: application/ld+json' -o {}.jsonld '{}'`",
    ),
    (
        "put its text in place of its address, or write \"@context\": \"NAME.jsonld\" for a file beside it",
        "请把地址换成其内容，或写 \"@context\": \"NAME.jsonld\" 以使用旁边的文件",
    ),
    ("put its text in place of its address", "请把地址换成其内容"),
    ("take it out of itself", "请把它从自身中去掉"),
    ("write it with hyphens, as in en-US: {}", "请用连字符，如 en-US：{}"),
    ("\"{}\" says nothing in the definition of a term", "\"{}\" 在词条定义中没有意义"),
    ("a context is an object, an address or null", "上下文是对象、地址或 null"),
    (
        "add \"@id\": \"http://...\" to it, or @vocab to the context",
        "请为它加上 \"@id\": \"http://...\"，或在上下文中加 @vocab",
    ),
    ("add the container, or leave @index out", "请加上容器，或去掉 @index"),
    ("give one of the terms a full IRI", "请给其中一个词条写完整的 IRI"),
    ("give some of them full IRIs", "请给其中一些写完整的 IRI"),
    ("give the term a name without a colon or slash", "词条的名称不要含冒号或斜线"),
    (
        "it is @list, @set, @index, @language, @id, @type or @graph; @set and @graph go with some others",
        "应为 @list、@set、@index、@language、@id、@type 或 @graph；@set 与 @graph 可与其中一些同用",
    ),
    ("keep one of them", "请保留其一"),
    ("the container of a reverse property is @set, @index or null", "反向属性的容器为 @set、@index 或 null"),
    ("the definition of \"{}\" is a string, an object or null", "\"{}\" 的定义应为字符串、对象或 null"),
    (
        "the keys of a @type container are types: @type is @id or @vocab",
        "@type 容器的键是类型：@type 应为 @id 或 @vocab",
    ),
    ("this is not a container of JSON-LD", "这不是 JSON-LD 的容器"),
    ("use another name", "请换一个名称"),
    ("write for instance \"@type\": \"@id\"", "例如写 \"@type\": \"@id\""),
    ("write it in full, or declare its prefix", "请写出全称，或声明其前缀"),
    ("write it in full", "请写出全称"),
    ("write the IRI in full, or declare its prefix or @vocab", "请写出完整的 IRI，或声明其前缀或 @vocab"),
    ("a literal has a datatype or a language, not both", "字面量只能有数据类型或语言之一"),
    (
        "a value of a reverse property is a subject, and a text or list cannot be one",
        "反向属性的值是主语，文本与列表不能作主语",
    ),
    (
        "it has @value and @type, or @value, @language and @direction",
        "它有 @value 与 @type，或有 @value、@language 与 @direction",
    ),
    ("put the rest into an object of its own", "请把其余部分放入单独的对象"),
    ("the values of a language map are texts", "语言映射的值是文本"),
    ("this map holds things, and this is a text or list", "此映射的值是事物，而这里是文本或列表"),
    ("write objects with properties", "请写带属性的对象"),
    ("write things with @id", "请写带 @id 的事物"),
    ("the datatype of texts with a language needs a language", "带语言文本的数据类型需要语言"),
    ("write \"@language\": \"en\" in place of @type", "请把 @type 换成 \"@language\": \"en\""),
    (
        "say more of a triple with @annotation, or of a thing that rdf:reifies it",
        "要进一步说明三元组，请用 @annotation，或用以 rdf:reifies 指代它的事物",
    ),
    ("what a triple term says has an object that is a name or a text", "三元组项中的宾语应为名称或文本"),
    (
        "write it in full, declare its prefix in @context, or percent-encode its characters",
        "请写出全称，在 @context 中声明其前缀，或对其字符作百分号编码",
    ),
    // RDF/XML.
    (
        "a thing has one of rdf:about, rdf:ID and rdf:nodeID, and here are two",
        "一个事物只有 rdf:about、rdf:ID 与 rdf:nodeID 之一，这里有两个",
    ),
    ("a value stands in an attribute or as text, not both", "值写在属性中或作为文本，不能兼有"),
    (
        "convert it: robot convert -i FILE -o FILE.ttl, or save it as Turtle in Protégé",
        "请转换：`robot convert -i FILE -o FILE.ttl`，或在 Protégé 中另存为 Turtle",
    ),
    ("keep one of the two", "请保留两者之一"),
    ("put it into rdf:Seq, rdf:Bag or rdf:Alt", "请放入 rdf:Seq、rdf:Bag 或 rdf:Alt"),
    ("rdf:li is a property, and stands inside a thing", "rdf:li 是属性，应写在事物之内"),
    ("the ID of <{}> is given a second time", "<{}> 的 ID 再次出现"),
    (
        "the root of RDF/XML is rdf:RDF, or a thing whose name has a namespace",
        "RDF/XML 的根元素是 rdf:RDF，或名称带命名空间的事物",
    ),
    (
        "use rdf:Description or a class; rdf:RDF stands at the root alone",
        "请用 rdf:Description 或类；rdf:RDF 只能作根元素",
    ),
    ("rdf:{} was taken out of RDF/XML in 2004", "rdf:{} 已于 2004 年从 RDF/XML 中删去"),
    ("rdf:{} belongs on a property, and <{}> is a thing", "rdf:{} 应写在属性上，而 <{}> 是事物"),
    ("the IRI `{}` of {} is relative, and there is no base", "{2} 的 IRI `{1}` 是相对的，而没有基准 IRI"),
    (
        "the datatype rdf:{} is that of texts with a language, and this one has none",
        "数据类型 rdf:{} 用于带语言的文本，而此文本没有语言",
    ),
    ("the object of a property is rdf:resource", "属性的宾语写作 rdf:resource"),
    (
        "things and properties take turns; the name of a thing is rdf:about",
        "事物与属性交替出现；事物的名称写作 rdf:about",
    ),
    ("write it as an element, or leave it out", "请写成元素，或去掉"),
    ("write ltr or rtl", "请写 ltr 或 rtl"),
    ("write rdf:{} or another prefix before it", "请写 rdf:{}，或在前面加其他前缀"),
    ("write the triples themselves", "请直接写出各三元组"),
    (
        "write the descriptions side by side, tied by rdf:nodeID or rdf:resource",
        "请把各描述并列写出，用 rdf:nodeID 或 rdf:resource 关联",
    ),
    // XML.
    (
        "delete it, or keep this text in Turtle, which can hold it",
        "请删去，或把此文本存入可以容纳它的 Turtle",
    ),
    (
        "name the encoding in the XML declaration, or save the file as UTF-8",
        "请在 XML 声明中写明编码，或将文件存为 UTF-8",
    ),
    ("names begin with a letter or _", "名称以字母或 _ 开头"),
    (
        "the text before this place has U+FFFE or U+FFFF, which XML has not",
        "此处之前的文本含有 XML 不允许的 U+FFFE 或 U+FFFF",
    ),
    ("close the list of values", "请闭合取值列表"),
    ("write & and # as &#38;#", "请把 & 与 # 写作 &#38;#"),
    ("a section of characters begins with <![CDATA[", "字符段以 <![CDATA[ 开头"),
    ("a space is missing after the target of <?...?>", "<?...?> 的目标之后缺少空格"),
    (
        "an RDF/XML document has one root element, nearly always rdf:RDF; is the file cut off or empty?",
        "RDF/XML 文档有一个根元素，几乎总是 rdf:RDF；文件是否不完整或为空？",
    ),
    ("delete it, or open the element before", "请删去，或先打开该元素"),
    (
        "delete what stands before it, empty lines too, or the declaration",
        "请删去它之前的内容（包括空行），或删去声明",
    ),
    (
        "is this another syntax? Give the file the ending of its own, such as .ttl",
        "是否为其他语法？请给文件相应的扩展名，如 .ttl",
    ),
    ("it is cut off: fetch it again, or close the elements", "文件不完整：请重新获取，或闭合各元素"),
    ("there is text after the end of the root element", "根元素结束之后还有文本"),
    ("this section of characters is not closed", "此字符段没有闭合"),
    ("&{}; stands for no character of XML", "&{}; 不代表 XML 的任何字符"),
    (
        "put its text in place of the reference, for instance: xmllint --noent FILE",
        "请把引用换成其内容，例如：`xmllint --noent FILE`",
    ),
    ("write the value itself", "请直接写出值"),
    ("write their text in full", "请写出其全文"),
    ("`<` must not stand in the value of {}", "{} 的值中不能有 `<`"),
    ("the value of {} is not closed", "{} 的值没有闭合"),
    ("the value of {} is not in quotes", "{} 的值没有加引号"),
    ("write &lt;, or close the quote before it", "请写 &lt;，或在它之前闭合引号"),
    // Packs.
    ("a temporary file beside {} cannot be read", "无法读取 {} 旁的临时文件"),
    ("look at the disk, and try again", "请检查磁盘后重试"),
    ("cannot write a temporary file beside {}", "无法在 {} 旁写入临时文件"),
    (
        "free room there, name another place, or allow more memory: what fits into it needs no such file",
        "请腾出空间、换一个位置，或允许使用更多内存：内存放得下时不需要临时文件",
    ),
    ("4096 terms that follow each other have more than 4 GiB of text", "相邻的 4096 个项的文本超过 4 GiB"),
];
