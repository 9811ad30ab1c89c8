import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Formats of the report")
struct ReportFormatTests {
    private static func report(replicates: Int = 50) -> EvaluationReport {
        var set = EvaluationSet.simple(
            truth: [[.age: "30"], [.location: "Paris, France"], [.age: "50"]],
            original: [[.guess(.age, "30")], [.guess(.location, "Paris, France")], []],
            iterations: [[[], [.guess(.location, "Paris, France")], []], [[], [], []]])
        set.methods.insert(
            .init(
                name: "A <b> & \"c\", d", kind: .baseline, runs: [set.methods[0].runs[0].map { .init(text: $0.text) }]),
            at: 1)
        set.texts[0].spans = [EntitySpan(type: "T", range: 0..<4)]
        set.methods[2].runs[0][0].text = "<T> 0"
        return EvaluationReport(
            EvaluationScores(set), bootstrap: Bootstrap(replicates: replicates), notes: ["3 × <dropped>"])
    }

    @Test("the text has the paper's columns, a row a method, and a dash for what was not measured")
    func text() {
        let lines = Self.report().text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "3 texts of 3 profiles, 3 attributes given away, 2 runs")
        let titles = lines[2].split(separator: " ").map(String.init)
        #expect(titles == ["Age", "Location", "Privacy", "Mean", "Read", "Hall", "Utility", "Overall"])
        func cells(_ line: String) -> [String] { line.split(separator: " ").suffix(8).map(String.init) }
        #expect(cells(lines[3]) == ["0.500", "1.000", "0.667", "1.000", "1.000", "1.000", "1.000", "0.000"])
        #expect(lines[4].hasPrefix("A <b> & \"c\", d") && cells(lines[4]) == Array(repeating: "–", count: 8))
        #expect(cells(lines[5]) == ["0.000", "0.500", "0.167", "0.600", "0.900", "1.000", "0.833", "0.583"])
        let widths = Set(lines[2...5].map(\.count))
        #expect(widths.count == 1)
        let text = Self.report().text
        #expect(text.contains("Masks against gold spans") && text.contains("Agreement of 2 runs"))
        #expect(text.contains("95 % intervals from 50 draws") && text.hasSuffix("3 × <dropped>\n"))
        #expect(!Self.report(replicates: 0).text.contains("intervals"))
    }

    @Test("CSV and JSON keep every digit, and quote what has to be quoted")
    func forPrograms() throws {
        let report = Self.report()
        let lines = report.csv.split(separator: "\n").map(String.init)
        #expect(
            lines[0]
                == "method,kind,age,location,privacy,privacy_low,privacy_high,meaning,readability,hallucination,utility,utility_low,utility_high,overall,overall_low,overall_high"
        )
        #expect(lines[2] == #""A <b> & ""c"", d",baseline"# + String(repeating: ",", count: 14))
        #expect(lines[3].hasPrefix("Iteration 1,iteration,0.0,0.5,\(1 / 6.0),"))
        #expect(lines.count == 4)
        let json = try JSONValue(parsing: Array(report.json.prettyText.utf8), file: "report", exitCode: .data)
        let last = try #require(json["methods"]?.array?.last)
        #expect(last["privacy"]?["value"]?.double == 1 / 6.0 && last["attributes"]?["age"]?["labels"]?.integer == 4)
        #expect(last["spans"]?["all"]?["exact"]?["recall"]?.double == 0.5)
        #expect(last["consistency"]?["label_agreement"]?.double == 2 / 3.0)
        #expect(json["methods"]?.array?[1]["privacy"]?.isNull == true)
    }

    @Test("the page is one document that loads nothing, says what the plots show, and escapes what is from outside")
    func page() throws {
        let page = Self.report().html
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("A &lt;b&gt; &amp; &quot;c&quot;, d"))
        #expect(!page.contains("A <b>") && !page.contains("<dropped>"))
        for outside in ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link"] {
            #expect(!page.contains(outside), "\(outside)")
        }
        #expect(page.contains("prefers-color-scheme: dark") && page.contains("<html lang=\"en\">"))
        for part in [
            "<title id=\"pu-title\">", "<desc id=\"pu-text\">Original: accuracy 0.667", "scope=\"row\"", "role=\"img\"",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(!page.contains("nan") && !page.contains("inf\""))
        // Every element that is opened is closed: the page parses as XML without its first line and void elements.
        let body = page.replacingOccurrences(of: "<!DOCTYPE html>", with: "")
            .replacingOccurrences(of: "(<meta [^>]*)>", with: "$1/>", options: .regularExpression)
        #expect(Self.isBalanced(body))
    }

    @Test("nothing is drawn of what was not measured")
    func empty() {
        var set = EvaluationSet.simple(truth: [[:]], original: [[]], iterations: [[[]]])
        set.methods[1].runs[0][0].judgement = nil
        let page = EvaluationReport(EvaluationScores(set)).html
        #expect(!page.contains("<svg") && page.contains("<table>"))
    }

    @Test("all four files are written, into a folder that is made")
    func files() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a/b").path
        try Self.report().write(to: path)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                == ["report.csv", "report.html", "report.json", "report.txt"])
    }

    /// Whether the tags of a document are closed in the order in which they were opened.
    private static func isBalanced(_ document: String) -> Bool {
        var open: [Substring] = []
        for part in document.split(separator: "<").dropFirst() {
            guard let end = part.firstIndex(of: ">") else { continue }
            let tag = part[..<end]
            if tag.hasSuffix("/") { continue }
            let name = tag.prefix { !$0.isWhitespace }
            if name.hasPrefix("/") {
                guard open.popLast() == name.dropFirst() else { return false }
            } else {
                open.append(name)
            }
        }
        return open.isEmpty
    }
}
