/// JSON as language models write it: quotation marks and line breaks inside of strings that nothing escapes.
enum StrayQuotes {
    /// The text with a backslash before every quotation mark in a string that cannot end it, and line breaks in strings as
    /// escapes. What is JSON already stays as it is.
    ///
    /// A quotation mark ends a string where a colon, a closing bracket, a comma and another string, or nothing follows.
    static func escaped(_ text: some StringProtocol) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var isInString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if isInString, byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                result += [byte, bytes[index + 1]]
                index += 2
                continue
            }
            if byte == UInt8(ascii: "\"") {
                if isInString, !endsString(bytes, index) {
                    result.append(UInt8(ascii: "\\"))
                } else {
                    isInString.toggle()
                }
                result.append(byte)
            } else if isInString, byte == UInt8(ascii: "\n") {
                result += Array("\\n".utf8)
            } else {
                result.append(byte)
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether the quotation mark at a place can end a string, by what follows.
    private static func endsString(_ bytes: [UInt8], _ index: Int) -> Bool {
        let rest = bytes[(index + 1)...].drop(while: isBlank)
        switch rest.first {
        case nil, UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"): return true
        case UInt8(ascii: ","): return rest.dropFirst().drop(while: isBlank).first == UInt8(ascii: "\"")
        default: return false
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
