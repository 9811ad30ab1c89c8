import Foundation

/// Moves the data of a safetensors file back by `shift` bytes: blanks behind the header make room.
public func shiftData(of url: URL, by shift: Int) throws {
    let bytes = try Data(contentsOf: url)
    let length = bytes.withUnsafeBytes { Int($0.load(as: UInt64.self)) }
    let shifted =
        withUnsafeBytes(of: UInt64(length + shift).littleEndian) { Data($0) } + bytes[8..<8 + length]
        + Data(repeating: UInt8(ascii: " "), count: shift) + bytes[(8 + length)...]
    // Anew: what has the old file mapped goes on with it.
    try FileManager.default.removeItem(at: url)
    try shifted.write(to: url)
}
