import Diagnostics
import Files
import Testing

@Suite struct JSONScannerTests {
    private func scan<Value>(
        _ text: String, _ body: (inout JSONScanner) throws -> Value
    ) throws -> Value {
        try Array(text.utf8).withUnsafeBytes {
            var scanner = JSONScanner($0, file: "x", start: .byte(8))
            return try body(&scanner)
        }
    }

    @Test("natural numbers are read up to 2^53", arguments: [("0", 0), (" 17", 17), ("9007199254740992", 1 << 53)])
    func naturalNumbers(text: String, value: Int) throws {
        #expect(try scan(text) { try $0.naturalNumber() } == value)
    }

    @Test(
        "what is no natural number is refused",
        arguments: ["-1", "-0", "1.0", "1e3", "9007199254740993", "99999999999999999999", "x", ""])
    func refusals(text: String) {
        #expect(throws: InputError.self) { try scan(text) { try $0.naturalNumber() } }
    }

    @Test("a text inside a binary file names the byte of the file")
    func bytes() {
        #expect(
            throws: InputError(.data, at: "x: byte 15", "not valid JSON: expected each key once, found 'a' again")
        ) {
            try scan("{\"a\":1,\"a\":1}") {
                try $0.object { scanner, _, _ throws(InputError) in _ = try scanner.number() }
            }
        }
    }
}
