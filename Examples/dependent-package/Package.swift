// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "four-bit",
    dependencies: [.package(name: "signet", path: "../..")],
    targets: [
        .executableTarget(name: "four-bit", dependencies: [.product(name: "Signet", package: "signet")])
    ]
)
