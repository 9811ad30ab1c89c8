import Foundation

/// What the first bytes of a file say it is.
public enum FileSignature: Sendable {
    case gguf
    /// HDF5's own signature, at the beginning or behind a user block of 512 bytes.
    case hdf5
    /// A header's length in eight bytes, of which the upper ones are 0, and the `{` of the header.
    case safetensors

    private static let ggufMagic = Array("GGUF".utf8)
    private static let hdf5Magic: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let userBlock = 512

    /// Nil where the file cannot be read or begins with none of them.
    public init?(of url: URL) {
        guard let file = try? FileHandle(forReadingFrom: url),
            let bytes = try? file.read(upToCount: Self.userBlock + Self.hdf5Magic.count)
        else { return nil }
        let start = Array(bytes)
        if start.starts(with: Self.ggufMagic) {
            self = .gguf
        } else if start.starts(with: Self.hdf5Magic) || start.dropFirst(Self.userBlock).starts(with: Self.hdf5Magic) {
            self = .hdf5
        } else if start.count > 8, start[8] == UInt8(ascii: "{"), start[5..<8].allSatisfy({ $0 == 0 }) {
            self = .safetensors
        } else {
            return nil
        }
    }
}
