import Foundation

/// Where the tests find their committed goldens and the project's other folders.
public enum Fixtures {
    /// The root of the repository.
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `Tests/<target>/Goldens/<name>`.
    public static func golden(_ name: String, target: String) -> URL {
        root.appendingPathComponent("Tests/\(target)/Goldens/\(name)")
    }

    /// Real data, which lies beside the repository on some machines only.
    public static func sharedData(_ name: String) -> URL { root.appendingPathComponent("../shared/data/\(name)") }

    /// A new empty folder that the caller removes.
    public static func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("signet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
