// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

/// @notice forge's and halmos's cheat codes that the tests use; an interface of our own spares a library.
interface Vm {
    function prank(address sender) external;
    function assume(bool condition) external;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function store(address target, bytes32 slot, bytes32 value) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @notice The RFC 9162 tree by its definition: no frontier, no assembly, every leaf hashed again for every root.
library Reference {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        return leaves.length == 0 ? sha256("") : _root(leaves, 0, leaves.length);
    }

    function _root(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return leaves[from];
        uint256 half = 1;
        while (half * 2 < to - from) half *= 2;
        bytes32 left = _root(leaves, from, from + half);
        bytes32 right = _root(leaves, from + half, to);
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// Roots of the complete subtrees, largest first.
    function frontier(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        uint256 count;
        for (uint256 bits = leaves.length; bits != 0; bits &= bits - 1) count++;
        nodes = new bytes32[](count);
        uint256 from;
        uint256 place;
        for (uint256 level = 64; level > 0; level--) {
            uint256 width = 1 << (level - 1);
            if (leaves.length & width == 0) continue;
            nodes[place++] = _root(leaves, from, from + width);
            from += width;
        }
    }

    function grown(bytes32 seed, uint256 count) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) leaves[i] = sha256(abi.encodePacked(seed, i));
    }

    function joined(bytes32[] memory a, bytes32[] memory b) internal pure returns (bytes32[] memory all) {
        all = new bytes32[](a.length + b.length);
        for (uint256 i = 0; i < a.length; i++) all[i] = a[i];
        for (uint256 i = 0; i < b.length; i++) all[a.length + i] = b[i];
    }
}
