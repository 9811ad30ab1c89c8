/// The printable characters by which byte-level BPE writes the 256 bytes in its vocabulary files (GPT-2's table).
///
/// A byte that is a printable Latin-1 character stands for itself; the 68 others take the characters from U+0100 on,
/// in order: a space is written `Ġ`, a line feed `Ċ`.
enum ByteLevelAlphabet {
    /// The scalar value that stands for each byte.
    static let scalars: [UInt16] = {
        var next: UInt16 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return UInt16(byte)
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte for each scalar value up to the largest in the alphabet; -1 where there is none.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: Int(scalars.max()!) + 1)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
        return bytes
    }()

    /// Appends the bytes that `text` stands for to `output`.
    ///
    /// - Returns: false, with `output` unchanged, where `text` has a character outside the alphabet.
    static func append(_ text: String, to output: inout [UInt8]) -> Bool {
        let start = output.count
        var text = text
        let isWhole = bytes.withUnsafeBufferPointer { table in
            text.withUTF8 { utf8 in
                var offset = 0
                while offset < utf8.count {
                    var scalar = Int(utf8.baseAddress![offset])
                    offset += 1
                    if scalar >= 0x80 {
                        // Every other character of the alphabet takes two bytes in UTF-8.
                        guard scalar & 0xE0 == 0xC0 else { return false }
                        scalar = (scalar & 0x1F) << 6 | Int(utf8.baseAddress![offset] & 0x3F)
                        offset += 1
                    }
                    guard scalar < table.count, table.baseAddress![scalar] >= 0 else { return false }
                    output.append(UInt8(truncatingIfNeeded: table.baseAddress![scalar]))
                }
                return true
            }
        }
        if !isWhole { output.removeSubrange(start...) }
        return isWhole
    }
}
