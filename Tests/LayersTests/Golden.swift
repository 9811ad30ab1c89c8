import ModelFiles
import Tensors
import TestSupport

/// The float32 tensors of a golden file.
struct Golden {
    private let file: SafetensorsFile

    init(_ name: String) throws {
        file = try SafetensorsFile(Fixtures.golden(name, target: "LayersTests"))
    }

    func tensor(_ name: String) throws -> Tensor {
        Tensor(copying: try file.bytes(of: name), shape: try file.entry(name).shape, dtype: .float32)
    }
}
