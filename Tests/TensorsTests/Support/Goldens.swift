import Foundation
import Tensors
import TestSupport

/// The tensors of a safetensors file in this target's folder of goldens; int64 as int32.
func golden(_ name: String) throws -> [String: Tensor] {
    let file = try Data(contentsOf: Fixtures.golden(name, target: "TensorsTests"))
    let headerCount = Int(file.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) })
    let header = try JSONSerialization.jsonObject(with: file[8..<8 + headerCount])
    var tensors: [String: Tensor] = [:]
    for (key, entry) in header as? [String: [String: Any]] ?? [:] where key != "__metadata__" {
        guard let type = entry["dtype"] as? String, let shape = entry["shape"] as? [Int],
            let offsets = entry["data_offsets"] as? [Int]
        else { continue }
        let dtype: DType = ["F32": .float32, "I64": .int64, "U8": .uint8][type]!
        let bytes = file[(8 + headerCount + offsets[0])..<(8 + headerCount + offsets[1])]
        let tensor = bytes.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: dtype) }
        tensors[key] = dtype == .int64 ? tensor.converted(to: .int32) : tensor
    }
    return tensors
}
