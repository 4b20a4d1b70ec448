// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

/// @notice What `make gas` sets the log beside: the least that one could do for a fact on a chain, one by one.
contract EventOnly {
    event Said(uint256 indexed index, bytes32 leaf);

    /// One event for each leaf: nobody can read it on the chain, nothing proves that none is missing.
    function say(uint256 start, bytes32[] calldata leaves) external {
        for (uint256 i = 0; i < leaves.length; i++) emit Said(start + i, leaves[i]);
    }
}

contract StorageWrite {
    mapping(uint256 => bytes32) public leafAt;

    /// One storage word for each leaf.
    function write(uint256 start, bytes32[] calldata leaves) external {
        for (uint256 i = 0; i < leaves.length; i++) leafAt[start + i] = leaves[i];
    }
}

/// @notice The least of an ERC-721 that can mint and be asked for an owner: OpenZeppelin's 5.7 needs a later EVM.
contract MinimalERC721 {
    mapping(uint256 => address) private _owners;
    mapping(address => uint256) private _balances;
    address private immutable _minter = msg.sender;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    error NotMinter(address sender);
    error ZeroAddress();
    error Minted(uint256 tokenId);

    function ownerOf(uint256 tokenId) external view returns (address) {
        return _owners[tokenId];
    }

    function balanceOf(address owner) external view returns (uint256) {
        return _balances[owner];
    }

    /// One token for each leaf, its number the leaf's hash.
    function mint(address to, bytes32[] calldata leaves) external {
        if (msg.sender != _minter) revert NotMinter(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        for (uint256 i = 0; i < leaves.length; i++) {
            uint256 tokenId = uint256(leaves[i]);
            if (_owners[tokenId] != address(0)) revert Minted(tokenId);
            _owners[tokenId] = to;
            _balances[to] += 1;
            emit Transfer(address(0), to, tokenId);
        }
    }
}
