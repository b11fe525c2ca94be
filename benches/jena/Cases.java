// Answers queries over small graphs with Apache Jena, one after another in one process, for
// crates/engine/tests/differential.rs. Run from source: java -cp CLASSPATH benches/jena/Cases.java
//
// In, on standard input, for each case: the number of bytes of the graph and of the query on one line, then the
// graph (N-Quads) and the query. Out, for each case: "rows" with the variables, or "true", "false", "triples",
// "failed" with why, on one line; then rows or triples, cells apart by tabs as N-Triples terms or nothing; then ".".

import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.Triple;
import org.apache.jena.query.*;
import org.apache.jena.riot.*;
import org.apache.jena.riot.lang.LabelToNode;
import org.apache.jena.riot.system.*;
import org.apache.jena.sparql.core.*;
import org.apache.jena.sparql.engine.binding.Binding;
import org.apache.jena.sparql.core.Var;

public class Cases {
    public static void main(String[] args) throws Exception {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, "UTF-8");
        org.apache.jena.sys.JenaSystem.init();
        for (String line; (line = in.readLine()) != null; ) {
            String[] sizes = line.split(" ");
            String data = read(in, Integer.parseInt(sizes[0]));
            String query = read(in, Integer.parseInt(sizes[1]));
            try {
                StringBuilder answer = new StringBuilder();
                answer(data, query, answer);
                out.print(answer);
            } catch (Throwable error) {
                out.print("failed " + String.valueOf(error).replaceAll("\\s+", " ") + "\n");
            }
            out.print(".\n");
            out.flush();
        }
    }

    static String read(DataInputStream in, int size) throws IOException {
        byte[] bytes = new byte[size];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static void answer(String data, String text, StringBuilder out) {
        DatasetGraph graph = DatasetGraphFactory.create();
        RDFParser.create().fromString(data).lang(Lang.NQUADS).labelToNode(LabelToNode.createUseLabelAsGiven())
            .errorHandler(ErrorHandlerFactory.errorHandlerStrictNoLogging).checking(false).parse(graph);
        Query query = QueryFactory.create(text, Syntax.syntaxSPARQL_11);
        // FROM and FROM NAMED choose among the graphs of the case; nothing is loaded.
        Dataset dataset = DatasetFactory.wrap(graph);
        try (QueryExecution run = QueryExecution.create(query, dataset)) {
            run.setTimeout(10_000);
            if (query.isSelectType()) {
                ResultSet rows = run.execSelect();
                List<String> names = rows.getResultVars();
                out.append("rows");
                for (String name : names) out.append(' ').append(name);
                out.append('\n');
                while (rows.hasNext()) {
                    Binding row = rows.nextBinding();
                    for (int n = 0; n < names.size(); n++) {
                        if (n > 0) out.append('\t');
                        Node node = row.get(Var.alloc(names.get(n)));
                        if (node != null) out.append(term(node));
                    }
                    out.append('\n');
                }
            } else if (query.isAskType()) {
                out.append(run.execAsk()).append('\n');
            } else {
                Iterator<Triple> triples = query.isConstructType() ? run.execConstructTriples() : run.execDescribeTriples();
                out.append("triples\n");
                while (triples.hasNext()) {
                    Triple triple = triples.next();
                    out.append(term(triple.getSubject())).append('\t').append(term(triple.getPredicate())).append('\t')
                        .append(term(triple.getObject())).append('\n');
                }
            }
        }
    }

    static String term(Node node) {
        if (node.isURI()) return "<" + node.getURI() + ">";
        if (node.isBlank()) return "_:" + node.getBlankNodeLabel().replaceAll("[^A-Za-z0-9]", "");
        String text = "\"" + node.getLiteralLexicalForm().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")
            .replace("\r", "\\r").replace("\t", "\\t") + "\"";
        if (!node.getLiteralLanguage().isEmpty()) return text + "@" + node.getLiteralLanguage();
        String type = node.getLiteralDatatypeURI();
        return type.equals("http://www.w3.org/2001/XMLSchema#string") ? text : text + "^^<" + type + ">";
    }
}
