import Testing

@testable import ModelFiles

@Suite struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue {
        try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0, file: "x.json") }
    }

    @Test("every form of value is read")
    func values() throws {
        let value = try parse(
            #" {"a": [1, -2, 1.5, 2e3, -0.5E-1], "b": {"c": null, "d": true, "e": false}, "f": "\"\\\/\b\f\n\r\té😀\ud83d\ude00"} "#
        )
        #expect(
            value
                == .object([
                    "a": .array([.integer(1), .integer(-2), .number(1.5), .number(2000), .number(-0.05)]),
                    "b": .object(["c": .null, "d": .bool(true), "e": .bool(false)]),
                    "f": .string("\"\\/\u{8}\u{c}\n\r\té😀😀"),
                ]))
    }

    @Test(
        "what is not JSON is refused with the position",
        arguments: [
            "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{\"a\":1,\"a\":2}", "01", "-", "1.", ".5",
            "1e",
            "+1", "NaN", "Infinity", "1e999", "nul", "truex", "\"", "\"\\u12\"", "\"\\ud800\"", "\"\n\"", "[1] 2",
            "'a'",
            String(repeating: "[", count: 100) + String(repeating: "]", count: 100),
        ])
    func refusals(text: String) {
        expectInputError(naming: "x.json: byte", text) { _ = try parse(text) }
    }

    @Test("written strings are read back")
    func strings() throws {
        let text = "\0\u{1f}\"\\/\n\r\t\u{8}\u{c} é😀\u{7f}"
        #expect(try parse(JSONText.string(text)) == .string(text))
    }

    @Test("a name is printed on one line and not without end")
    func quoting() {
        #expect(quoted("a\nb\u{85}\u{2028}\u{2029}\u{0}é") == "'a?b????é'")
        #expect(quoted(String(repeating: "x", count: 101)).count == 103)
    }
}
