import Diagnostics
import Testing

@testable import Training

@Suite("JSON reading and writing")
struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), file: "a.json", exitCode: .config)
    }

    @Test(
        "every kind of value survives reading and writing",
        arguments: [
            "null", "true", "false", "0", "-12", "1.5e-07", "\"\"", "[]", "{}", "[1, [2, {\"a\": null}]]",
            "{\"a\": \"b\\n\\t\\\"\\\\\", \"é\": \"😀\"}", "\"\\u0001\"",
        ])
    func roundTrip(text: String) throws {
        #expect(try parse(text).compactText == text)
        #expect(try parse(parse(text).prettyText).compactText == text)
    }

    @Test("escapes, surrogate pairs and blanks are read as RFC 8259 has them")
    func escapes() throws {
        let value = try parse("\u{FEFF} \t\r\n [\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\"] \n")
        #expect(value.array?.first?.string == "é😀/\u{8}\u{C}\n\r\t")
    }

    @Test("values and keys know their lines")
    func lines() throws {
        let value = try parse("{\n\"a\": 1,\n\"b\":\n[2,\n3]}")
        #expect(value.line == 1)
        #expect(value.members?.map(\.line) == [2, 3])
        #expect(value["b"]?.line == 4)
        #expect(value["b"]?.array?.map(\.line) == [4, 5])
    }

    @Test("pretty text has one member a line and lists of scalars on one line")
    func pretty() throws {
        let text =
            "{\n  \"a\": {\n    \"b\": [1, 2],\n    \"c\": {}\n  },\n  \"d\": [\n    {\n      \"e\": 1\n    }\n  ]\n}\n"
        #expect(try parse(text).prettyText == text)
    }

    @Test(
        "doubles are written so that they read back as the same bits",
        arguments: [
            0.1, 1.0 / 3, 2e-4, Double.leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 3, 123_456_789_012_345_680,
        ])
    func doubles(value: Double) throws {
        let text = JSONValue.number(value).compactText
        #expect(try parse(text).double?.bitPattern == value.bitPattern, "\(text)")
    }

    @Test("what JSON cannot say is written as null", arguments: [Double.nan, .infinity, -.infinity])
    func nonFinite(value: Double) {
        #expect(JSONValue.number(value).compactText == "null")
    }

    @Test(
        "a syntax error names file, line, what was expected and what was found",
        arguments: [
            ("", "a.json:1: not valid JSON: expected a value, found the end of the text"),
            ("{\n\"a\": 1\n\"b\": 2}", "a.json:3: not valid JSON: expected ',' or '}', found '\"'"),
            ("{\"a\": 1,}", "a.json:1: not valid JSON: expected a key in double quotes, found '}'"),
            ("[1 2]", "a.json:1: not valid JSON: expected ',' or ']', found '2'"),
            ("{\"a\" 1}", "a.json:1: not valid JSON: expected ':' after the key, found '1'"),
            ("{a: 1}", "a.json:1: not valid JSON: expected a key in double quotes, found 'a'"),
            ("1\n2", "a.json:2: not valid JSON: expected the end of the text, found '2'"),
            ("01", "a.json:1: not valid JSON: expected the end of the text, found '1'"),
            ("-", "a.json:1: not valid JSON: expected a digit, found the end of the text"),
            ("1.e3", "a.json:1: not valid JSON: expected a digit, found 'e'"),
            ("nul", "a.json:1: not valid JSON: expected null, found the end of the text"),
            ("NaN", "a.json:1: not valid JSON: expected a value, found 'N'"),
            ("é", "a.json:1: not valid JSON: expected a value, found byte 0xC3"),
            ("\"a", "a.json:1: not valid JSON: a string has no closing quote"),
            ("\"a\nb\"", "a.json:1: not valid JSON: control character 0x0A in a string must be escaped"),
            ("\"\\x\"", "a.json:1: not valid JSON: expected an escape such as \\n or \\u00e9, found 'x'"),
            ("\"\\u12g4\"", "a.json:1: not valid JSON: expected four hexadecimal digits after \\u, found 'g'"),
            ("\"\\ud800\"", "a.json:1: not valid JSON: half of a surrogate pair in an escape"),
            ("\"\\ud800\\u0041\"", "a.json:1: not valid JSON: half of a surrogate pair in an escape"),
            ("\"\\udc00\"", "a.json:1: not valid JSON: half of a surrogate pair in an escape"),
            ("{\"a\": 1,\n \"b\": {\"c\": 1,\n \"c\": 2}}", "a.json:3: not valid JSON: duplicate key \"c\""),
        ])
    func syntaxErrors(text: String, message: String) {
        #expect { try parse(text) } throws: { "\($0)" == message && ($0 as? InputError)?.exitCode == .config }
    }

    @Test("invalid UTF-8 and hostile nesting are refused")
    func hostile() {
        #expect { try JSONValue(parsing: [0x22, 0xC3, 0x22], file: "a", exitCode: .data) } throws: {
            "\($0)" == "a:1: not valid JSON: a string is not valid UTF-8"
        }
        #expect { try parse(String(repeating: "[", count: 100_000)) } throws: {
            "\($0)" == "a.json:1: not valid JSON: nested deeper than 64 levels"
        }
    }

    @Test("every proper beginning of a text is refused")
    func truncation() throws {
        let text = "{\"a\": [1, -2.5e3, \"x\\u00e9\"], \"b\": {\"c\": true, \"d\": null}}"
        for length in 0..<text.utf8.count {
            #expect(throws: InputError.self) { try parse(String(text.prefix(length))) }
        }
    }
}
