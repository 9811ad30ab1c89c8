import Signet

extension DType: Codable {}
