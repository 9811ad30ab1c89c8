// A package of its own that depends on Signet: how much of a normal matrix each 4-bit form keeps.
import Signet

let weight = Tensor.normal([512, 512], standardDeviation: 0.02, key: RandomKey(seed: 7))
for type in QuantizationType.allCases {
    for doubleQuantized in [false, true] {
        let matrix = QuantizedMatrix(quantizing: weight, type: type, doubleQuantized: doubleQuantized)
        let error = (weight - matrix.dequantized()).sumOfSquares / weight.sumOfSquares
        let bits = Double(matrix.byteCount * 8) / Double(weight.count)
        print("\(type.rawValue) double \(doubleQuantized): \(bits) bits a weight, relative error \(error.squareRoot())")
    }
}
