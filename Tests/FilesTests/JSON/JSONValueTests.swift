import Diagnostics
import Files
import Testing

@Suite("JSON reading and writing")
struct JSONValueTests {
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

    @Test("expanded text has one member or element a line, as Python's json module has it with an indent of 2")
    func expanded() throws {
        let text = "{\n  \"a\": [\n    1,\n    [\n      \"x\"\n    ]\n  ],\n  \"b\": [],\n  \"c\": {}\n}\n"
        #expect(try parse(text).expandedText == text)
        #expect(JSONValue.float(8).compactText == "8.0" && JSONValue.float(1e-5).compactText == "1e-05")
    }

    @Test("members keep the order of the file")
    func order() throws {
        #expect(try parse("{\"b\": 1, \"a\": 2, \"c\": 3}").members?.map(\.key) == ["b", "a", "c"])
    }

    @Test("a number beyond what its type holds is read by none, with all its digits kept")
    func numbers() throws {
        #expect(try parse("1e999").double == nil)
        #expect(try parse("9223372036854775808").integer == nil)
        #expect(try parse("1.5").integer == nil && parse("2e3").double == 2000)
        #expect(try parse("123456789012345678901234567890").compactText == "123456789012345678901234567890")
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
            ("\"a", "a.json:1: not valid JSON: expected the closing quote of a string, found the end of the text"),
            ("\"a\nb\"", "a.json:1: not valid JSON: expected an escape for the control character, found byte 0x0A"),
            ("\"\\x\"", "a.json:1: not valid JSON: expected an escape such as \\n or \\u00e9, found 'x'"),
            ("\"\\u12g4\"", "a.json:1: not valid JSON: expected four hexadecimal digits after \\u, found 'g'"),
            ("\"\\ud800\"", "a.json:1: not valid JSON: expected a surrogate pair, found half of one"),
            ("\"\\ud800\\u0041\"", "a.json:1: not valid JSON: expected a surrogate pair, found half of one"),
            ("\"\\udc00\"", "a.json:1: not valid JSON: expected a surrogate pair, found half of one"),
            (
                "{\"a\": 1,\n \"b\": {\"c\": 1,\n \"c\": 2}}",
                "a.json:3: not valid JSON: expected each key once, found 'c' again"
            ),
        ])
    func syntaxErrors(text: String, message: String) {
        #expect { try parse(text) } throws: { "\($0)" == message && ($0 as? InputError)?.exitCode == .config }
    }

    @Test("invalid UTF-8 and hostile nesting are refused")
    func hostile() {
        #expect { try JSONValue(parsing: [0x22, 0xC3, 0x22], file: "a", exitCode: .data) } throws: {
            "\($0)" == "a:1: not valid JSON: expected UTF-8, found other bytes in a string"
        }
        #expect { try parse(String(repeating: "[", count: 100_000)) } throws: {
            "\($0)" == "a.json:1: not valid JSON: expected at most 64 levels, found deeper nesting"
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
