import Foundation
import ModelFiles
import Models
import Tensors
import TestSupport

/// A golden of `ModelsTests/Goldens`: a model folder with tokens and what transformers made of them.
struct Golden {
    let file: SafetensorsFile
    let location: ModelLocation

    init(_ name: String) throws {
        file = try SafetensorsFile(Fixtures.golden("\(name).safetensors", target: "ModelsTests"))
        location = try ModelLocation.open(Fixtures.golden(name, target: "ModelsTests"))
    }

    func integers(_ name: String) throws -> [Int32] {
        try file.bytes(of: name).bindMemory(to: Int64.self).map { Int32($0) }
    }

    func floats(_ name: String) throws -> [Float] {
        Array(try file.bytes(of: name).bindMemory(to: Float.self))
    }
}
