// swift-tools-version: 6.2
import PackageDescription

/// Strictness every Swift target shares.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The kernels are always optimised, so that a debug build trains at nearly the speed of a release build.
let optimised: [CSetting] = [.unsafeFlags(["-O3"]), .treatAllWarnings(as: .error)]

/// Tensors and Files too: their loops over elements and bytes are many times slower without optimisation.
let optimisedSwift: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func library(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], goldens: Bool = true) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: goldens ? ["Goldens"] : [],
        swiftSettings: strict)
}

/// Open MPI, or with `SIGNET_MPI=mpich` MPICH: what is built against one does not run under the other's `mpirun`.
let mpi = Context.environment["SIGNET_MPI"] == "mpich" ? "mpich" : "ompi-c"

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "signet",
    products: [
        .library(name: "Signet", targets: ["Signet"]),
        .executable(name: "train", targets: ["TrainCommand"]),
        .executable(name: "signet", targets: ["SignetCommand"]),
        .executable(name: "benchmarks", targets: ["BenchmarksCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.100.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV.git", from: "0.10.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
        .systemLibrary(name: "CHDF5System", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CMPISystem", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev"])]),
        .target(name: "CHDF5", dependencies: ["CHDF5System"]),
        .target(name: "CMPI", dependencies: ["CMPISystem"]),
        .target(
            name: "CKernels", dependencies: ["COneDNN"], cSettings: optimised,
            linkerSettings: [.linkedLibrary("m"), .linkedLibrary("pthread"), .linkedLibrary("dnnl")]),

        library("Diagnostics", []),
        library("Files", ["CXXHash", "Diagnostics"], optimisedSwift),
        library("Tensors", ["CKernels", "COpenBLAS", "CLAPACKE", "Diagnostics"], optimisedSwift),
        library("Layers", ["Tensors", "Diagnostics"]),
        library("ModelFiles", ["CKernels", "Tensors", "Files", "Diagnostics"]),
        library("Tokenizers", ["CPCRE2", "Files", "Diagnostics"]),
        library("Models", ["Tensors", "Layers", "ModelFiles", "Files", "Diagnostics"]),
        library(
            "ChatEndpoints",
            [
                "Tokenizers", "Files", "Diagnostics", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        library("CheckpointIO", ["Tensors", "CHDF5", "Files", "Diagnostics"]),
        library("Distributed", ["CMPI", "Tensors", "Diagnostics"]),
        library(
            "Training",
            [
                "Tensors", "Layers", "ModelFiles", "Models", "Tokenizers", "CheckpointIO", "Distributed", "Files",
                "Diagnostics",
            ]),
        library(
            "Anonymization",
            [
                "Training", "ChatEndpoints", "Models", "Tokenizers", "Tensors", "Files", "Diagnostics",
                .product(name: "SwiftCSV", package: "SwiftCSV"),
            ]),
        library("Signet", ["Anonymization", "ChatEndpoints", "Training"]),
        library("CommandSupport", ["Diagnostics", "Tensors", argumentParser]),
        .executableTarget(
            name: "TrainCommand", dependencies: ["Signet", "CommandSupport", argumentParser], swiftSettings: strict),
        .executableTarget(
            name: "SignetCommand", dependencies: ["Signet", "Files", "CommandSupport", argumentParser],
            swiftSettings: strict),
        .executableTarget(
            name: "BenchmarksCommand", dependencies: ["Signet", "Files", "CommandSupport", "COneDNN", argumentParser],
            path: "Benchmarks", exclude: ["peers"], swiftSettings: strict),
        .executableTarget(
            name: "unlikelihood", dependencies: ["Signet"], path: "Examples/unlikelihood", swiftSettings: strict),
        .executableTarget(
            name: "refinement", dependencies: ["Signet"], path: "Examples/refinement", swiftSettings: strict),

        .executableTarget(
            name: "threadprobe", dependencies: ["Tensors", "CKernels"], path: "Tests/ThreadProbe", swiftSettings: strict
        ),
        .executableTarget(
            name: "rankprobe", dependencies: ["Distributed"], path: "Tests/RankProbe", swiftSettings: strict),
        .target(
            name: "EndpointTestServer",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "Tests/EndpointTestServer", swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        tests("TensorsTests", ["Tensors", "CKernels"]),
        tests("FilesTests", ["Files"], goldens: false),
        tests("LayersTests", ["Layers", "ModelFiles"]),
        tests("ModelFilesTests", ["ModelFiles", "Files"]),
        tests("TokenizersTests", ["Tokenizers"]),
        tests("ModelsTests", ["Models"]),
        tests("CheckpointIOTests", ["CheckpointIO"]),
        tests(
            "ChatEndpointsTests",
            ["ChatEndpoints", "EndpointTestServer", "Tokenizers", "Diagnostics"], goldens: false),
        tests("DistributedTests", ["Distributed", "Tensors"], goldens: false),
        tests("TrainingTests", ["Training", "Distributed", "Files"]),
        tests(
            "AnonymizationTests",
            ["Anonymization", "ChatEndpoints", "EndpointTestServer", "Tokenizers", "Tensors", "Files", "Diagnostics"]),
        tests(
            "CommandTests",
            [
                "Signet", "Files", "EndpointTestServer", "TrainCommand", "SignetCommand", "BenchmarksCommand",
                "threadprobe", "rankprobe", "unlikelihood", "refinement",
            ],
            goldens: false),
    ]
)
